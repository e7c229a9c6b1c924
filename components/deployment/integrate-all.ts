import * as pulumi from "@pulumi/pulumi";

import type { ProjectNames } from "../edge/project-names";
import { jobForm } from "../fleet/jenkins";
import { ownerOf } from "../fleet/owner";
import { isEnded, servedBy } from "../fleet/serving";
import { firstRunName } from "../integrations/first-run-name";
import { integrate } from "../integrations/local";
import { ProjectJobs, type ProjectJobsArgs } from "../integrations/project-jobs";
import { servingOf } from "../leaving/idle";
import type { ProjectNode } from "../node/project-node";
import { renamed } from "../node/renamed";
import type { History } from "../outputs/history";
import type { PublishedStacks } from "../outputs/published";
import { isDelivered } from "../placement/deliveries";
import type { ResolvedFleet, ResolvedNode, ResolvedProject } from "../placement/resolved";
import type { OwnState } from "../present/own-state";
import type { Before } from "./ran-before";

/** What is there once machines, names and buckets are. */
export interface Integrating {
  readonly fleet: ResolvedFleet;
  readonly own: OwnState | undefined;
  readonly history: History;
  readonly nodes: ReadonlyMap<string, ProjectNode>;
  readonly names: readonly ProjectNames[];
  readonly published: PublishedStacks;
  readonly before: ReadonlyMap<string, Before>;
  readonly webhook: string | undefined;
}

/**
 * Joins an environment's projects to the agency's Jenkins and proves Slack's webhook, where the agency declares
 * Jenkins' address. Comes last: a service that is down fails the update when machines and names are there, and the next
 * update does what is left. Goes first when something is destroyed: what could still deliver is gone before its machine.
 * Answers projects' jobs by slug.
 */
export async function integrateAll(
  integrating: Integrating,
): Promise<ReadonlyMap<string, pulumi.Resource>> {
  const { fleet, nodes, names } = integrating;
  const jenkins = fleet.agency.jenkins?.address;
  if (fleet.role !== "environment" || jenkins === undefined) return new Map();
  const projects = fleet.projects.filter(({ jenkins: says }) => says !== undefined);
  // Everything waits for this one, and it alone for everything: the dependencies of each would be most of the state.
  const last = integrate(
    `${fleet.stack}-fleet-jobs`,
    "fleet-jobs",
    {
      jenkins,
      owner: whose(fleet),
      form: jobForm,
      agency: fleet.agency.jenkins,
      projects: projects.map(toldOf),
    },
    { dependsOn: [...nodes.values(), ...names] },
  );
  proveWebhook(integrating, last);
  const agents = new Map(fleet.nodes.flatMap((node) => agentOf(integrating, node, last)));
  const jobs = projects.map(
    async (each) =>
      [
        each.slug,
        await createJobs(integrating, each, jenkins, agents.get(each.node) ?? last),
      ] as const,
  );
  return new Map(await Promise.all(jobs));
}

/** Whose all of it is there, as `ownerOf` has it. */
const whose = ({ agency }: ResolvedFleet) => ownerOf(agency, pulumi.getProject());

/** What the job that tells Slack is told of a project. */
function toldOf({ slug, repository }: ResolvedProject): object {
  return { slug, repository };
}

/** The agent of a node that says so: it is there before a job waits for it, and goes after that job. */
function agentOf(
  { fleet, nodes }: Integrating,
  { name, formerly, jenkins }: ResolvedNode,
  last: pulumi.Resource,
): [string, pulumi.Resource][] {
  const node = nodes.get(name);
  const agents = fleet.agency.jenkins?.agents;
  if (jenkins !== "agent" || node === undefined || agents === undefined) return [];
  const { address, hostKey } = node.reached;
  const about = {
    stack: fleet.stack,
    owner: whose(fleet),
    node: name,
    projects: node.projects.map(({ slug }) => slug),
  };
  const opts = { dependsOn: [last], ...renamed(name, formerly) };
  return [
    [name, integrate(`${name}-agent`, "agent", { ...about, address, hostKey, agents }, opts)],
  ];
}

async function createJobs(
  integrating: Integrating,
  project: ResolvedProject,
  jenkins: string,
  last: pulumi.Resource,
): Promise<ProjectJobs> {
  const { fleet, nodes, published } = integrating;
  const { slug, formerly, node: name } = project;
  const own = project.servedBy === undefined ? nodes.get(name) : undefined;
  const node = own && fleet.nodes.find((each) => each.name === name);
  const stack = servedBy(fleet, project);
  const elsewhere =
    own || isEnded(project) ? undefined : await published.reachedMachine(stack, project);
  const machine = own?.reached ?? elsewhere;
  return new ProjectJobs(
    slug,
    {
      ...{ jenkins, owner: whose(fleet), environment: fleet.environment, project, after: [last] },
      machine: machine && { stack, address: machine.address, hostKey: machine.hostKey },
      agent: node?.jenkins === "agent",
      firstRun: firstRunOf(integrating, project),
    },
    renamed(slug, formerly),
  );
}

/**
 * The first run of a project's job on its own machine. One that was made stays as it is while the project is served
 * elsewhere and when it comes back: a switch is no moment for a job that delivers what its branch holds by now.
 */
function firstRunOf(
  { fleet, own, history, nodes, before }: Integrating,
  project: ResolvedProject,
): ProjectJobsArgs["firstRun"] {
  const { slug, formerly } = project;
  const machine = nodes.get(project.node)?.host.id;
  const node = fleet.nodes.find((each) => each.name === project.node);
  if (machine === undefined || node === undefined || !isDelivered(node, project)) return undefined;
  const names = [slug, formerly].map((each) => each && firstRunName(each));
  const isMade = own?.find("command:local:Command", ...names) !== undefined;
  const was = servingOf(fleet, slug, history)?.servedBy;
  const isBack = was !== undefined && was !== fleet.stack;
  const isServed = project.servedBy === undefined;
  if (!isServed && !isMade) return undefined;
  const ran = before.get(slug)?.(machine);
  const moved = pulumi.output(ran).apply((found) => isBack || isElsewhere(found));
  return { machine, moved, stays: isMade && (!isServed || isBack) };
}

/** Where a project ran before: new code must not meet data that is still to come. */
function isElsewhere(ran: unknown): boolean {
  return ran !== undefined && ran !== "nowhere";
}

/**
 * A message by the webhook, whenever that is another one. Who deploys without one proves nothing, and leaves what was
 * proven before.
 */
function proveWebhook({ fleet, own, webhook }: Integrating, last: pulumi.Resource): void {
  const { stack } = fleet;
  const name = `${stack}-slack`;
  const isThere = own?.find("command:local:Command", name) !== undefined;
  if (webhook === undefined && !isThere) return;
  const unchanged = webhook === undefined ? { ignoreChanges: ["stdin"] } : {};
  integrate(
    name,
    "slack",
    { stack, webhook: webhook ?? "" },
    { dependsOn: [last], ...unchanged },
    false,
  );
}
