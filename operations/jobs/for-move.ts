import { jobName, type JobKind } from "../../components/fleet/jenkins";
import type { JenkinsJobs } from "./jenkins";
import type { Reached } from "./job";
import { putJobs } from "./load";
import { mustPass } from "./passed";

/** A delivery as the project's job makes it, to the machine that it moves to. */
export interface Delivered {
  readonly slug: string;
  /** Whose it is, as `ownerOf` has it. */
  readonly owner: string;
  readonly environment: "stage" | "prod";
  readonly repository: string;
  /** All 40 digits: the commit that serves, and never the head of a branch beside data in motion. */
  readonly commit: string;
  readonly machine: Reached;
  /** Whether agents of machines take the project's deliveries. */
  readonly agent: boolean;
}

/**
 * Has Jenkins deliver one commit to a machine as the project's own job delivers (its key, its agents, the pinned host
 * key), by a job that is there for this alone: nobody may start it, no change does, and it is gone behind it. The
 * project's own goes on delivering to the machine that serves. Throws a `Refusal` with what it said where it does not
 * pass.
 */
export async function deliverByJob(
  jenkins: JenkinsJobs,
  { environment, commit, agent, ...rest }: Delivered,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const kind: JobKind = "move";
  const name = jobName(rest.slug, kind);
  const job = { ...rest, kind, name, branch: commit, as: jobName(rest.slug, environment) } as const;
  const all = { ...job, starters: [], ...(agent ? { agent: true as const } : {}) };
  await putJobs(jenkins, [all], env);
  try {
    await mustPass(jenkins, name, (end) => `${end}, and delivers as ${job.as} does (R65).`);
    return `${name} ran on Jenkins, and passed`;
  } finally {
    await jenkins.remove(name);
  }
}
