import type { Environment } from "../../components/fleet/environment";
import { jobName } from "../../components/fleet/jenkins";
import { ownerOf } from "../../components/fleet/owner";
import { isEnded, servedBy } from "../../components/fleet/serving";
import { branches } from "../../components/placement/deliveries";
import type { ResolvedFleet, ResolvedProject } from "../../components/placement/resolved";
import type { Machine, Survey } from "../fleet/fleet";
import { Refusal } from "../ground/usage";
import { withFleetJobs } from "./fleet-jobs";
import type { Job, Reached } from "./job";

/** A project in one environment, with jobs there. */
interface Place {
  readonly fleet: ResolvedFleet;
  readonly environment: Environment;
  readonly project: ResolvedProject & { readonly repository: string };
  readonly machine?: Reached;
  readonly agent?: true;
  readonly off?: string;
}

/**
 * The jobs of every project that declares some, and the fleet's own, sorted by name. Pure. `fleetName`: the engine's
 * project, which the fleet's own are called after. Throws a `Refusal` where a stack is left
 * out, since its projects' jobs would pass for ones that nobody declares, and where the repository of a
 * project's stage is not that of its production: tests of one say nothing of the other.
 */
export function jobsOf({ fleets, machines, unread }: Survey, fleetName: string): readonly Job[] {
  if (unread.length > 0) {
    const left = unread.map(({ stack }) => stack).join(", ");
    throw new Refusal(
      `the jobs of all stacks are told together, and ${left} could not be read; put that right first`,
    );
  }
  const places = fleets
    .filter(({ role }) => role === "environment")
    .flatMap((fleet) => fleet.projects.flatMap((project) => placeOf(fleet, project, machines)));
  const slugs = [...new Set(places.map(({ project }) => project.slug))];
  const ofProjects = slugs.flatMap((slug) =>
    jobsOfProject(
      places.filter(({ project }) => project.slug === slug),
      fleetName,
    ),
  );
  return withFleetJobs(ofProjects, fleets, fleetName).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whose the jobs of these fleets are, which are an agency's: as `ownerOf` has it. */
export function ownerIn([fleet]: readonly ResolvedFleet[], fleetName: string): string {
  return fleet === undefined ? `/${fleetName}` : ownerOf(fleet.agency, fleetName);
}

function placeOf(
  fleet: ResolvedFleet,
  project: ResolvedProject,
  machines: readonly Machine[],
): Place[] {
  const { repository, jenkins, slug } = project;
  if (jenkins === undefined || repository === undefined) return [];
  const { environment } = fleet;
  const place = { fleet, environment, project: { ...project, repository } };
  if (isEnded(project)) return [{ ...place, off: "its service ended" }];
  const stack = servedBy(fleet, project);
  const found = machines.find((each) => each.stack === stack && each.node.projects.includes(slug));
  if (found === undefined) return [{ ...place, off: `stack ${stack} has no machine for it yet` }];
  if (!found.declared.deliveries.some((each) => each.slug === slug)) {
    return [{ ...place, off: "its machine is not managed so far that it is delivered there" }];
  }
  const own = found.node.jenkins === "agent" ? { agent: true as const } : {};
  return [{ ...place, ...own, machine: { address: found.address, hostKey: found.hostKey } }];
}

function jobsOfProject(places: readonly Place[], fleetName: string): Job[] {
  const stage = places.find(({ environment }) => environment === "stage");
  const prod = places.find(({ environment }) => environment === "prod");
  const tests = stage ?? prod;
  if (tests === undefined) return [];
  const { slug, repository } = tests.project;
  if (prod !== undefined && prod.project.repository !== repository) {
    throw new Refusal(
      `${slug}: stage delivers ${repository} and production ${prod.project.repository}; tests of the one say nothing of the other. Name one repository in both`,
    );
  }
  const develop = stage?.project.branch ?? branches.stage;
  const ends = places.every(({ off, project }) => off !== undefined && isEnded(project));
  const common = { slug, owner: ownerOf(tests.fleet.agency, fleetName), repository };
  const jobs: Job[] = [
    {
      ...{ ...common, kind: "test", name: jobName(slug, "test"), branch: develop },
      starters: startersOf(places),
      ...(ends ? { off: "its service ended" } : {}),
    },
  ];
  for (const place of [stage, prod]) {
    if (place === undefined) continue;
    const { environment: kind, project, machine, agent, off } = place;
    const branch = project.branch ?? branches[kind];
    jobs.push({
      ...{ ...common, kind, name: jobName(slug, kind), branch, starters: startersOf([place]) },
      ...(machine === undefined ? {} : { machine }),
      ...(agent && { agent }),
      ...(off === undefined ? {} : { off }),
    });
  }
  if (prod?.project.jenkins?.weekly === true) {
    jobs.push({
      ...{ ...common, kind: "release", name: jobName(slug, "release"), branch: develop },
      into: prod.project.branch ?? branches.prod,
      starters: startersOf([prod]),
      ...(prod.off === undefined ? {} : { off: prod.off }),
    });
  }
  return jobs;
}

/** Developers of the project and the client's accounts (R80). */
function startersOf(places: readonly Place[]): string[] {
  const all = places.flatMap(({ project }) => [
    ...project.access,
    ...(project.jenkins?.clients ?? []),
  ]);
  return [...new Set(all)].sort();
}
