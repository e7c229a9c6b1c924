import type { Declared } from "./declared";
import { isProduction } from "./facts";
import { above, input, type Resource } from "./resource";
import { projectNode } from "./types";
import { strings, unknown } from "../../engine/values";

/** Where a credential may write, or why it may write nowhere, or the fact that is not known. */
export type Reach =
  | { readonly arn: string }
  | { readonly problem: string; readonly fix: string }
  | { readonly missing: string };

/**
 * The one place that a backup credential may write to, by the facts of its component and node:
 * production's archives are at `backups/<project>/` (R31), stage's apart from them, at
 * `stage/backups/<project>/`, but for the buckets that Berth makes for stage alone.
 */
export function reachOf(credential: Resource, { agency }: Declared): Reach {
  const facts = { project: input(credential, "project"), bucket: input(credential, "bucket") };
  const { project, bucket } = facts;
  if (credential.inputs === undefined) return { missing: "every input" };
  if (project === unknown) return { missing: "project" };
  if (bucket === unknown) return { missing: "bucket" };
  if (typeof project !== "string" || typeof bucket !== "string") {
    return {
      problem: "its credential names no project and bucket",
      fix: "name both in the credential",
    };
  }
  const node = above(credential, projectNode);
  const housed = node?.inputs && strings(input(node, "projects"));
  if (housed === unknown) return { missing: "its node's projects" };
  if (!housed?.includes(project)) {
    return {
      problem: `its credential writes for ${project}, which does not live on its node`,
      fix: "make credentials for the node's own projects",
    };
  }
  const production = isProduction(credential);
  if (production === unknown) return { missing: "its node's environment" };
  const stages = agency !== undefined && bucket.startsWith(`${agency.name}-stage-backups-`);
  if (production && stages) {
    return {
      problem: `production writes to ${bucket}, which is stage's`,
      fix: "use its own bucket",
    };
  }
  const top = production || stages ? "" : "stage/";
  return { arn: `arn:aws:s3:::${bucket}/${top}backups/${project}/*` };
}
