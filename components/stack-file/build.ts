import { zoneOf } from "../fleet/names";
import { backupRegionOf, bucketName, retentionOf } from "./backups";
import { compare, entriesOf, type Draft, type MachineDraft, type ProjectDraft } from "./draft";
import {
  backupRegions,
  takeOverSteps,
  type BucketSpec,
  type Environment,
  type NodeSpec,
} from "../fleet/fleet";
import { backupPrefix } from "../fleet/backup-prefix";
import { formerNodeName } from "./former-names";
import { namesIn } from "./names";
import { findSize } from "../placement/choose";
import { place } from "../placement/placement";
import type { ResolvedFleet, ResolvedNode, ResolvedProject } from "../placement/resolved";
import { keyLine } from "../fleet/ssh-key";
import { diskDefault, memoryDefault } from "../fleet/defaults";

/** Makes the fleet of a draft that has no problems. A hole that a check let through throws. */
export function fleetOf(draft: Draft): ResolvedFleet {
  const { config } = draft.own;
  const agency = {
    name: sure(config.agency?.name),
    domains: sure(config.agency?.domains),
    zones: Object.fromEntries(entriesOf(config.agency?.zones)),
    awsAccount: sure(config.agency?.awsAccount),
  };
  const members = entriesOf(config.team?.members).map(([name, member]) => ({
    name,
    keys: sure(member.keys).map(keyLine),
  }));
  const groups = Object.fromEntries(entriesOf(config.team?.groups));
  const buckets = bucketsOf(draft, agency.name, sure(draft.environment));
  const projects = draft.projects.map((project) =>
    projectOf(project, draft, Object.keys(agency.zones), groups, buckets),
  );
  return {
    stack: draft.stack,
    environment: sure(draft.environment),
    role: draft.role,
    agency,
    team: {
      members: Object.fromEntries(members.map((member) => [member.name, member])),
      groups,
      deployers: Object.fromEntries(
        entriesOf(config.team?.deployers).map(([name, key]) => [name, keyLine(key)]),
      ),
      ...dotfilesOf(config.team?.dotfiles),
    },
    nodes: nodesOf(draft, projects, false),
    leaving: nodesOf(draft, projects, true),
    projects,
    buckets,
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
      return { ...node, placement: place(node), residents };
    });
}

function dotfilesOf(declared: NonNullable<Draft["own"]["config"]["team"]>["dotfiles"]) {
  if (declared === undefined) return {};
  return {
    dotfiles: { repository: sure(declared.repository), commit: sure(declared.commit) },
  };
}

function nodeOf(machine: MachineDraft, machines: readonly MachineDraft[]): NodeSpec {
  const { name, entry, needs, residency } = machine;
  const { server, adopt, retired } = entry ?? {};
  const adopted = adopt && findSize(sure(adopt.provider), sure(adopt.size));
  const given = server !== undefined || adopt !== undefined;
  const formerly = formerNodeName(machine, machines);
  return {
    name,
    ...(formerly === undefined ? {} : { formerly }),
    projects: machine.projects.map((project) => project.slug),
    needs,
    residency,
    memoryGb: entry?.memoryGb ?? adopted?.memoryGb ?? memoryDefault,
    diskGb: entry?.diskGb ?? diskDefault,
    manage: takeOverSteps.filter((step) => !given || entry?.manage?.some((each) => each === step)),
    ...(entry?.size === undefined ? {} : { size: entry.size }),
    ...(entry?.accounts === undefined
      ? {}
      : { accounts: [...new Set(entry.accounts)].sort(compare) }),
    ...(server === undefined
      ? {}
      : {
          server: {
            address: sure(server.address),
            login: sure(server.login),
            hostKey: keyLine(sure(server.hostKey)),
          },
        }),
    ...(adopt === undefined
      ? {}
      : {
          adopt: {
            provider: sure(adopt.provider),
            id: sure(adopt.id),
            region: sure(adopt.region),
            size: sure(adopt.size),
            login: sure(adopt.login),
            hostKey: keyLine(sure(adopt.hostKey)),
          },
        }),
    ...(retired === undefined
      ? {}
      : {
          retired: {
            since: sure(retired.since).slice(0, "YYYY-MM-DD".length),
            snapshot: sure(retired.snapshot),
            remove: retired.remove ?? false,
          },
        }),
  };
}

function projectOf(
  project: ProjectDraft,
  draft: Draft,
  zones: readonly string[],
  groups: Readonly<Record<string, readonly string[]>>,
  buckets: readonly BucketSpec[],
): ResolvedProject {
  const { facts, slug } = project;
  const domain = sure(facts.domain);
  const dns = facts.dns ?? "cloudflare";
  const access = sure(facts.access).flatMap((name) =>
    Object.hasOwn(groups, name) ? sure(groups[name]) : [name],
  );
  const serving = draft.role === "environment" ? facts : {};
  return {
    slug,
    ...(facts.formerly === undefined ? {} : { formerly: facts.formerly }),
    domain,
    dns,
    ...(dns === "external" ? {} : { zone: sure(zoneOf(domain, zones)) }),
    ...(facts.repository === undefined ? {} : { repository: facts.repository }),
    node: project.node,
    access: [...new Set(access)].sort(compare),
    ...backupOf(project, draft, buckets),
    ...(serving.servedBy === undefined ? {} : { servedBy: serving.servedBy }),
    names: namesIn(draft, domain, draft.role === "host" ? draft.stack : undefined),
  };
}

function backupOf(
  project: ProjectDraft,
  { machines, environment }: Draft,
  buckets: readonly BucketSpec[],
): Pick<ResolvedProject, "backup" | "archives"> {
  const declared = project.facts.backup;
  if (declared === undefined) return {};
  const region = backupRegionOf(project, machines);
  const bucket = sure(buckets.find((each) => each.region === region));
  return {
    backup: { database: declared.database ?? "none", region },
    archives: { bucket, prefix: backupPrefix(project.slug, sure(environment), bucket) },
  };
}

function bucketsOf(draft: Draft, agency: string, environment: Environment): BucketSpec[] {
  const settings = draft.definition?.config.backups;
  const used = draft.projects.flatMap((project) =>
    project.facts.backup === undefined ? [] : [backupRegionOf(project, draft.machines)],
  );
  return [...backupRegions]
    .sort(compare)
    .filter((region) => used.includes(region))
    .map((region) => {
      const adopted = settings?.adopt?.find((bucket) => bucket.region === region);
      const { keepDays, lockDays } = retentionOf(settings, environment);
      return {
        name: adopted === undefined ? bucketName(agency, environment, region) : sure(adopted.name),
        region,
        adopted: adopted !== undefined,
        keepDays,
        ...(lockDays === undefined || adopted !== undefined ? {} : { lockDays }),
      };
    });
}

/** A value that the checks have proven to be there. */
function sure<Value>(value: Value | undefined): Value {
  if (value === undefined)
    throw new Error("A check of the configuration let a missing value pass.");
  return value;
}
