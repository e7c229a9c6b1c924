import { jobName } from "../../components/fleet/jenkins";
import type { ResolvedFleet } from "../../components/placement/resolved";
import { ownerOf } from "../../components/fleet/owner";
import { branches } from "../../components/placement/deliveries";
import type { Job, ToldJob } from "./job";

/**
 * Adds the fleet's own jobs where the agency says from which repository they run: the nightly look, and the one that
 * every project's job has Slack told by. Pure.
 */
export function withFleetJobs(
  jobs: readonly Job[],
  fleets: readonly ResolvedFleet[],
  slug: string,
): Job[] {
  const declared = fleets.find(({ agency }) => agency.jenkins !== undefined)?.agency;
  if (declared?.jenkins === undefined) return [...jobs];
  const { repository, branch = branches.prod } = declared.jenkins;
  const teller = jobName(slug, "notify");
  // Nobody's but the administrators': they see what reaches every machine.
  const owner = ownerOf(declared, slug);
  const common = { slug, owner, repository, branch, starters: [] };
  // Also of those that are switched off: they do not end, and what machines there are by now changes nothing here.
  const told: ToldJob[] = jobs
    .map(({ name, slug: project, repository: whose }) => {
      return { name, slug: project, repository: whose };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    ...jobs.map((job) => ({ ...job, teller })),
    { ...common, kind: "notify", name: teller, told },
    {
      ...{ ...common, kind: "nightly", name: jobName(slug, "nightly") },
      stacks: fleets.map(({ stack }) => stack).sort(),
      hasSentry: declared.sentry !== undefined,
      ...sealing(fleets),
    },
  ];
}

/** What of backups the nightly run has to do beside drills, and whether it needs a key that opens them. */
function sealing(fleets: readonly ResolvedFleet[]) {
  const hasState = fleets.some(({ state }) => state !== undefined);
  const isSealed = fleets.some(({ projects }) =>
    projects.some(({ backup }) => (backup?.recipients ?? []).length > 0),
  );
  return { hasState, isSealed: hasState || isSealed };
}
