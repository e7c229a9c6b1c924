import { mapping } from "../components/fleet/mapping";
import { readStackFiles } from "../components/stack-file/stack-files";
import { writeProject } from "../operations/new/project";
import type { CloudPaths } from "../packages/local-cloud/cloud/paths";
import { keepRepository } from "../packages/local-cloud/forge";
import type { Say } from "../packages/local-cloud/ground/progress";
import { ensureImages } from "../packages/local-cloud/images";
import { thisComputer } from "./computer";

/** The branches of every environment that the manual has (R48). */
const usual = ["develop", "master"] as const;

/** Has everything there that the projects of its stack files are delivered from: repositories, and images. */
export async function ensureProjects(paths: CloudPaths, project: string, say: Say): Promise<void> {
  if (await ensureRepositories(paths, project, say)) await ensureProjectImages(say);
}

/**
 * Has the local cloud keep a repository for every one that a project's stack files declare, begun as `berth new`
 * writes it; answers whether there is any. Files that are wrong are left to the program, and so is an
 * address that is none: both say so better.
 */
export async function ensureRepositories(
  { repositories }: CloudPaths,
  project: string,
  say: Say,
): Promise<boolean> {
  const declared = declaredIn(project);
  for (const [address, { slug, branches }] of declared) {
    const all = [...new Set([...usual, ...branches])] as [string, ...string[]];
    try {
      await keepRepository(repositories, address, all, (tree) => writeProject(slug, tree));
    } catch (error) {
      say(`no repository at ${address}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return declared.size > 0;
}

/** The first project of each address, and every branch that is named with it. */
function declaredIn(project: string): Map<string, { slug: string; branches: string[] }> {
  const found = new Map<string, { slug: string; branches: string[] }>();
  let stacks;
  try {
    ({ stacks } = readStackFiles(project));
  } catch {
    return found;
  }
  for (const stack of Object.values(stacks)) {
    for (const [slug, declared] of Object.entries(mapping(stack["projects"]))) {
      const { repository: address, branch } = mapping(declared);
      if (typeof address !== "string") continue;
      const entry = found.get(address) ?? { slug, branches: [] };
      if (typeof branch === "string") entry.branches.push(branch);
      found.set(address, entry);
    }
  }
  return found;
}

/** Has the images there that those repositories are built from; where they cannot be had, says why. */
async function ensureProjectImages(say: Say): Promise<void> {
  try {
    await ensureImages(thisComputer(), say);
  } catch (error) {
    say(`no images for projects: ${error instanceof Error ? error.message : String(error)}`);
  }
}
