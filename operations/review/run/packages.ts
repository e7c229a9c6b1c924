import * as fs from "node:fs";
import * as path from "node:path";

import { isMapping, mapping } from "../../../components/fleet/mapping";
import { runProgram } from "../../../engine/program";
import { Refusal } from "../../ground/usage";
import { dependencyFields, refusedPackages, workspacesIn, type LockedState } from "./locked";
import type { WrittenOut } from "./revisions";

/** What npm may know of the caller: where programs, its own settings and the network are. */
const passed =
  /^(PATH|HOME|LANG|TZ|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|npm_config_(registry|cache|cafile|userconfig))$/i;

/** How long npm may take, ms. */
const limitMs = 10 * 60_000;

/**
 * Gives a written-out state the packages it needs, in the place of any that it brings itself: the
 * clone's own where the lock files agree, otherwise those of its lock file.
 *
 * Those are fetched in an empty directory that holds the two lists alone, under the base's `.npmrc`,
 * with none of the caller's variables, no script and no git: what a change says of registries,
 * programs or scripts never reaches npm. Throws a `Refusal` that names each package that is not a
 * registry's own (see `refusedPackages`).
 */
export async function givePackages(
  clone: string,
  base: WrittenOut,
  state: WrittenOut,
): Promise<void> {
  const place = path.join(state.directory, "node_modules");
  fs.rmSync(place, { recursive: true, force: true });
  const lock = (root: string) => textOf(root, "package-lock.json");
  if (lock(state.directory) === lock(clone)) {
    fs.symlinkSync(path.join(clone, "node_modules"), place);
    return;
  }
  const wanted = lockedIn(state);
  const refused = refusedPackages(wanted, lockedIn(base));
  if (refused.length > 0) {
    throw new Refusal(
      `the packages of ${state.called} are not all a registry's own, so none was fetched:\n` +
        `${refused.slice(0, 20).join("\n")}\n` +
        "Fix: take them from the registry, by npm install under this repository's .npmrc",
    );
  }
  const directory = `${state.directory}-packages`;
  fs.mkdirSync(directory, { recursive: true });
  const list = (name: string, content: unknown) =>
    fs.writeFileSync(path.join(directory, name), JSON.stringify(content));
  const fields = ["name", "version", ...dependencyFields];
  // The repository's own packages want others too. What they want is read in the lock file, which
  // was judged, and never in a file that a link of the change's making could lead to.
  const workspaces = Object.entries(workspacesIn(mapping(wanted.lock["packages"])));
  const folders = workspaces.map(([place]) => place);
  list("package.json", { ...only(wanted.manifest, fields), workspaces: folders });
  for (const [place, entry] of workspaces) {
    fs.mkdirSync(path.join(directory, place), { recursive: true });
    const own = { name: path.basename(place), ...only(entry, fields) };
    list(path.join(place, "package.json"), own);
  }
  list("package-lock.json", wanted.lock);
  const settings = path.join(base.directory, ".npmrc");
  if (isRegular(settings)) fs.copyFileSync(settings, path.join(directory, ".npmrc"));
  await npmCi(directory);
  fs.renameSync(path.join(directory, "node_modules"), place);
  fs.rmSync(directory, { recursive: true, force: true });
}

function lockedIn({ directory, called }: WrittenOut): LockedState {
  const read = (name: string): Readonly<Record<string, unknown>> => {
    let content: unknown;
    try {
      content = JSON.parse(textOf(directory, name) ?? "");
    } catch {
      content = undefined;
    }
    if (isMapping(content)) return content;
    throw new Refusal(`${name} of ${called} is missing, no regular file or no JSON`);
  };
  return { manifest: read("package.json"), lock: read("package-lock.json") };
}

function textOf(root: string, name: string): string | undefined {
  const file = path.join(root, name);
  return isRegular(file) ? fs.readFileSync(file, "utf8") : undefined;
}

/** A link could lead to any file of this computer. */
function isRegular(file: string): boolean {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

function only(
  fields: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
}

async function npmCi(cwd: string): Promise<void> {
  const args = ["ci", "--ignore-scripts", "--git=/bin/false", "--no-audit", "--no-fund"];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => passed.test(name)));
  const { code, stderr } = await runProgram("npm", [...args, "--no-progress", "--loglevel=error"], {
    ...{ cwd, env, stdout: "drop" },
    signal: AbortSignal.timeout(limitMs),
  });
  if (code === 0) return;
  throw new Refusal(`the packages cannot be fetched: ${stderr.trim().slice(-2000)}`);
}
