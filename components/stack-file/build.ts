import { agency as agencySchema } from "../fleet/agency";
import type { BucketSpec } from "../fleet/backups";
import { wholeOf } from "../fleet/declared";
import { diskDefault, memoryDefault } from "../fleet/defaults";
import { furtherNames, zoneOf } from "../fleet/names";
import { node as nodeSchema, type NodeSpec } from "../fleet/node";
import { project as projectSchema } from "../fleet/project";
import { dsnSecret } from "../fleet/sentry";
import { keyLine } from "../fleet/ssh-key";
import { takeOverSteps } from "../fleet/take-over";
import { team as teamSchema, type Team } from "../fleet/team";
import { findSize } from "../placement/choose";
import { openingsOf } from "../placement/openings";
import { place } from "../placement/placement";
import type { ResolvedFleet, ResolvedNode, ResolvedProject } from "../placement/resolved";
import { backupOf, bucketsOf, stateOf } from "./archives";
import {
  compare,
  entriesOf,
  type Draft,
  type MachineDraft,
  type ProjectDraft,
  type StackDraft,
} from "./draft";
import { formerNodeName } from "./former-names";
import { namesIn } from "./names";
import { sure } from "./sure";

/**
 * Makes the fleet of a draft that has no problems: what was declared, by the schema of each thing, and
 * what follows from it. A hole that a check let through throws.
 */
export function fleetOf(draft: Draft): ResolvedFleet {
  const { config } = draft.own;
  const agency = wholeOf(agencySchema, config.agency);
  const team = teamOf(config.team);
  const environment = sure(draft.environment);
  const buckets = bucketsOf(draft, agency.name, environment);
  const projects = draft.projects.map((project) =>
    projectOf(project, draft, Object.keys(agency.zones), team.groups, buckets),
  );
  return {
    stack: draft.stack,
    environment,
    role: draft.role,
    agency,
    team,
    nodes: nodesOf(draft, projects, false),
    leaving: nodesOf(draft, projects, true),
    projects,
    zones: zonesIn(draft.own),
    zoneOwners: Object.fromEntries(
      [...draft.others, draft.own].flatMap((file) =>
        zonesIn(file).map((zone) => [zone, file.stack] as const),
      ),
    ),
    buckets,
    ...stateOf(draft, buckets),
  };
}

function zonesIn({ config }: StackDraft): string[] {
  return (config.zones ?? []).filter((zone) => zone !== undefined).sort(compare);
}

function teamOf(config: Draft["own"]["config"]["team"]): Team {
  const { members, deployers, groups = {}, ...declared } = wholeOf(teamSchema, config);
  return {
    ...declared,
    groups,
    members: Object.fromEntries(
      entriesOf(members).map(([name, member]) => [
        name,
        { ...member, name, keys: member.keys.map(keyLine) },
      ]),
    ),
    // In the order of their names, in which they are written on machines.
    deployers: Object.fromEntries(entriesOf(deployers).map(([name, key]) => [name, keyLine(key)])),
  };
}

function nodesOf(
  { machines }: Draft,
  projects: readonly ResolvedProject[],
  leaving: boolean,
): ResolvedNode[] {
  return machines
    .filter(({ entry }) => (entry?.retired?.remove === true) === leaving)
    .map((machine) => {
      const node = nodeOf(machine, machines);
      const residents = projects.filter((project) => project.node === node.name);
      const openings = openingsOf(node, residents);
      return { ...node, placement: place(node), residents, openings };
    });
}

function nodeOf(machine: MachineDraft, machines: readonly MachineDraft[]): NodeSpec {
  const { name, needs, residency } = machine;
  const { manage, retired, ...declared } = wholeOf(nodeSchema, machine.entry ?? {});
  const { server, adopt, accounts } = declared;
  const adopted = adopt && findSize(adopt.provider, adopt.size);
  const given = server !== undefined || adopt !== undefined;
  const formerly = formerNodeName(machine, machines);
  return {
    ...declared,
    name,
    ...(formerly === undefined ? {} : { formerly }),
    projects: machine.projects.map((project) => project.slug),
    needs,
    residency,
    memoryGb: declared.memoryGb ?? adopted?.memoryGb ?? memoryDefault,
    diskGb: declared.diskGb ?? diskDefault,
    manage: takeOverSteps.filter((step) => !given || manage?.some((each) => each === step)),
    ...(accounts && { accounts: [...new Set(accounts)].sort(compare) }),
    ...(server && { server: { ...server, hostKey: keyLine(server.hostKey) } }),
    ...(adopt && { adopt: { ...adopt, hostKey: keyLine(adopt.hostKey) } }),
    ...(retired && {
      retired: {
        ...retired,
        since: retired.since.slice(0, "YYYY-MM-DD".length),
        remove: retired.remove ?? false,
      },
    }),
  };
}

function projectOf(
  project: ProjectDraft,
  draft: Draft,
  zones: readonly string[],
  groups: Team["groups"],
  buckets: readonly BucketSpec[],
): ResolvedProject {
  const { slug, node } = project;
  const { backup: _, servedBy, ...declared } = wholeOf(projectSchema, project.facts);
  const { domain, dns = "cloudflare", access, jobs } = declared;
  const people = access.flatMap((name) =>
    Object.hasOwn(groups, name) ? sure(groups[name]) : [name],
  );
  return {
    ...declared,
    slug,
    dns,
    ...(dns === "external" ? {} : { zone: sure(zoneOf(domain, zones)) }),
    node,
    access: [...new Set(people)].sort(compare),
    ...secretsOf(project, draft),
    ...(jobs && {
      jobs: Object.fromEntries(entriesOf(jobs).map(([name, key]) => [name, keyLine(key)])),
    }),
    ...backupOf(project, draft, buckets),
    // A host stack serves itself; its environment says who serves visitors.
    ...(draft.role === "host" || servedBy === undefined ? {} : { servedBy }),
    names: namesIn(draft, domain, draft.role === "host" ? draft.stack : undefined),
    furtherNames: furtherNames(domain, declared).map((further) => ({
      ...further,
      ...(dns === "external" ? {} : { zone: sure(zoneOf(further.name, zones)) }),
    })),
  };
}

/** The secrets that it declares, and the one that the agency's Sentry gave this stack's file for it. */
function secretsOf(
  { slug, facts }: ProjectDraft,
  { own }: Draft,
): Pick<ResolvedProject, "secrets"> {
  const declared = (facts.secrets ?? []).map(sure);
  const given = Object.keys(own.config.secrets?.[slug] ?? {}).filter((name) => name === dsnSecret);
  const names = [...new Set([...declared, ...given])];
  return facts.secrets === undefined && given.length === 0 ? {} : { secrets: names };
}
