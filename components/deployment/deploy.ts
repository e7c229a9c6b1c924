import * as pulumi from "@pulumi/pulumi";

import { BackupBucket, ProjectNames, ProjectNode } from "../index";
import { checkAdoptedBuckets } from "../backups/adopted";
import { ArchiveGroup, type ArchiveRole } from "../backups/archive-group";
import { archivePlaces, clientBuckets } from "../backups/archive-places";
import { leftFirst } from "../edge/left-first";
import { machineBefore } from "../outputs/history";
import { isEnded } from "../fleet/serving";
import { refusal } from "../refusal";
import { idleSince, servedSince, type Recording } from "../leaving/record";
import { backupOutput, nodeOutput, projectOutput, type Published } from "./publish";
import type { ResolvedFleet, ResolvedProject } from "../placement/resolved";
import { machineIn, type Present } from "../present/look";
import type { OwnState } from "../present/own-state";
import { hostRecord, type ProjectNamesArgs } from "../edge/project-names";
import { integrateAll } from "./integrate-all";
import { PublishedStacks } from "../outputs/published";
import { renamed } from "../node/renamed";
import type { Reached } from "../machine/connection";
import { isStrict } from "../present/zone-tls";
import type { SecretValues } from "../site/secret-values";
import { bucketResource, standingBuckets } from "./standing-buckets";
import { awaitFirstArchives } from "./first-archives";
import { watchErrors } from "./watch-errors";
import { createWayIn } from "./way-in";
import { certifiedNames } from "./certified-names";
import { ranBefore, type Earlier } from "./ran-before";
import type { Fleet, ProjectSpec } from "../fleet/fleet";

/** What of its outputs a stack's deployment tells. */
export type Deployment = Pick<Published, "nodes" | "projects" | "backups" | "archiveGroups">;

/** A run: what is declared, and what the runs before it recorded. */
export interface Run extends Recording, Present {
  /** The agency's AWS account, where anything of the fleet is there. */
  readonly aws: pulumi.ProviderResource | undefined;
  /** This stack's state; undefined where there may be none. */
  readonly own: OwnState | undefined;
  /** A stack's full name in the backend. */
  readonly fullName: (stack: string) => string;
  /** What the engine decrypted under `berth:secrets`; undefined where there is nothing. */
  readonly secrets: pulumi.Output<Decrypted> | undefined;
  /** Whether an sshd answers at an address. */
  readonly answers: Earlier["answers"];
  /** Which webhook of Slack whoever deploys holds: the beginning of a digest of its address; undefined: none. */
  readonly webhook: string | undefined;
  /** Whether archives are kept anywhere, so that the first of each project is awaited. */
  readonly archives: boolean;
}

/** Values of secrets, by project and name. */
export type Decrypted = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A machine that serves a project, with the end of the certificate that it serves. */
interface ServingMachine extends Reached {
  /** The project's slug on it. */
  readonly site: string;
  readonly certificate: pulumi.Output<string>;
}

/**
 * Builds what a fleet declares. An environment stack makes nodes, names and buckets with the groups of
 * people who get at them; a host stack makes nodes, their own names and their credentials, and leaves
 * visitors' names and buckets to the environment it serves. Looks at what it adopts before it declares anything, and throws a
 * `ConfigError`.
 */
export async function deploy(run: Run): Promise<Deployment> {
  const { fleet, history, aws, own } = run;
  const published = new PublishedStacks(run.fullName);
  await checkAdoptedBuckets(fleet, aws);
  const opts: pulumi.ComponentResourceOptions = aws ? { providers: [aws] } : {};

  const archiveGroups = fleet.role === "environment" ? createBuckets(fleet, own, opts) : undefined;
  const before = await ranBefore(run);
  const secrets = secretValues(fleet, run.secrets);
  const nodes = new Map(
    fleet.nodes.map((node) => {
      const present = machineIn(own, node);
      const renewals = run.renewals.get(node.name) ?? new Map<string, string>();
      const brought = {
        secrets,
        ranBefore: (slug: string, id: pulumi.Output<string>) => before.get(slug)?.(id),
      };
      const args = { fleet, node, present, renewals, ...brought };
      return [node.name, new ProjectNode(node.name, args, opts)];
    }),
  );
  const served = await Promise.all(
    fleet.projects.map(async (project) => {
      const machine = await servingMachine(project, nodes, published);
      const address = isRefused(project, machine, run)
        ? pulumi.output(Promise.reject<string>(uncertified(project)))
        : servingAddress(project, nodes, published);
      const address6 = await servingAddress6(project, nodes, published);
      return { project, machine, address, address6 };
    }),
  );
  const named = served.map((each) => {
    const { project, address, address6 } = each;
    const taken = run.taken.get(project.slug) ?? [];
    const leads = address && { address, address6, after: waitsFor(project, nodes), taken };
    return { ...each, names: leads && createNames(fleet, project, leads) };
  });
  createWayIn({
    ...{ fleet, own, zones: run.zones },
    certified: named.flatMap(({ project, names, machine }) =>
      names && machine ? [{ project, names, machine }] : [],
    ),
    neighbours:
      fleet.zones.length === 0 ? [] : await certifiedNames(fleet.environment, run.fullName),
  });
  const names = named.flatMap((each) => each.names ?? []);
  const told = { own, history, published, before, webhook: run.webhook };
  const jobs = await integrateAll({ fleet, nodes, names, ...told });
  const archives = run.archives ? awaitFirstArchives(fleet, nodes, jobs) : [];
  // Last of all: what a person has to decide there holds nothing else up.
  watchErrors(fleet, [...nodes.values(), ...names, ...jobs.values(), ...archives]);
  const led = (slug: string) => named.find(({ project }) => project.slug === slug)?.names?.led;

  return {
    nodes: Object.fromEntries(
      fleet.nodes.map((node) => [
        node.name,
        nodeOutput(node, nodes.get(node.name)!, {
          before: machineBefore(history, node),
          environment: fleet.environment,
          idleSince: idleSince(run, node, led),
        }),
      ]),
    ),
    projects: Object.fromEntries(
      named.map(({ project, address, machine }) => [
        project.slug,
        projectOutput(fleet, project, {
          address,
          since: servedSince(run, project, led),
          taken: run.taken.get(project.slug) ?? [],
          certificate: machine?.certificate,
        }),
      ]),
    ),
    backups: Object.fromEntries(
      fleet.projects.flatMap(({ slug, archives }) =>
        archives ? [[slug, backupOutput(archives)]] : [],
      ),
    ),
    ...(archiveGroups === undefined ? {} : { archiveGroups }),
  };
}

/** The values of the names that are declared; that each is there the stack file's checks have seen. */
function secretValues(
  { projects }: Fleet,
  decrypted: pulumi.Output<Decrypted> | undefined,
): SecretValues {
  if (decrypted === undefined) return {};
  const valueOf = (slug: string, name: string) =>
    decrypted.apply((all) => {
      const value = all[slug]?.[name];
      // A text that looks like a number is a text still.
      if (typeof value === "string") return value;
      throw refusal(`the engine was given no text for the secret ${name} of ${slug}`);
    });
  return Object.fromEntries(
    projects.map(({ slug, secrets = [] }) => [
      slug,
      Object.fromEntries(secrets.map((name) => [name, valueOf(slug, name)])),
    ]),
  );
}

/** The buckets, and the names of the groups whose people get at what is in them; undefined without a bucket. */
function createBuckets(
  fleet: ResolvedFleet,
  own: OwnState | undefined,
  opts: pulumi.ComponentResourceOptions,
): Published["archiveGroups"] {
  const { environment, agency, projects, state } = fleet;
  const buckets = standingBuckets(fleet, own);
  const all = [...buckets, ...clientBuckets(projects)];
  if (all.length === 0) return undefined;
  const protect = environment === "prod";
  for (const bucket of buckets) {
    new BackupBucket(bucketResource(bucket.region), { bucket, agency, protect }, opts);
  }
  const places = archivePlaces(environment, all, state);
  const groupOf = (role: ArchiveRole) =>
    new ArchiveGroup(`${environment}-archive-${role}`, { role, places }, opts).groupName;
  return { readers: groupOf("readers"), drills: groupOf("drills") };
}

/** Whether a switch would lead visitors to a machine that the edge refuses. */
function isRefused(
  project: ResolvedProject,
  machine: ServingMachine | undefined,
  { history, zones }: Run,
): boolean {
  const { slug, servedBy, zone, names } = project;
  if (servedBy === undefined || isEnded(project) || machine !== undefined) return false;
  // Whoever is there already stays: an update that leaves the names alone harms nobody.
  if (history.serving.get(slug)?.servedBy === servedBy) return false;
  return zone !== undefined && isStrict(names.primary, zones.get(zone));
}

function uncertified({ slug, servedBy, zone }: ResolvedProject): Error {
  return refusal(
    `Project ${slug} is to be served by stack ${servedBy}, but that stack's machine was not seen to serve a ` +
      `certificate for its names, and the edge verifies origins in the zone ${zone}: visitors would get error 526. ` +
      `No record was touched. Fix: run pulumi up on stack ${servedBy} first, on a machine with Berth's proxy.`,
  );
}

/** The machine that serves a project, where it was or will be seen to serve the project's certificate. */
async function servingMachine(
  project: ProjectSpec,
  nodes: ReadonlyMap<string, ProjectNode>,
  published: PublishedStacks,
): Promise<ServingMachine | undefined> {
  const { slug, node, servedBy } = project;
  if (isEnded(project)) return undefined;
  if (servedBy === undefined) {
    const { certificates, reached } = nodes.get(node)!;
    const certificate = certificates.get(slug)?.expiresOn;
    return certificate && { ...reached, site: slug, certificate };
  }
  const found = await published.certifiedMachine(servedBy, project);
  return (
    found && {
      id: pulumi.output(found.id),
      address: pulumi.output(found.address),
      account: found.account,
      hostKey: pulumi.output(found.hostKey),
      site: found.site,
      certificate: pulumi.output(found.certificate),
    }
  );
}

function servingAddress(
  project: ProjectSpec,
  nodes: ReadonlyMap<string, ProjectNode>,
  published: PublishedStacks,
): pulumi.Output<string> | undefined {
  const { slug, servedBy, node } = project;
  if (isEnded(project)) return undefined;
  if (servedBy) {
    // The machine that is left may not be declared any more.
    const left = nodes.get(node);
    const known = [left?.bootstrap.done, left?.certificates.get(slug)?.expiresOn];
    return leftFirst(published.addressOf(servedBy, project), left && pulumi.all(known));
  }
  return nodes.get(node)!.host.address;
}

/** The IPv6 address of the machine that serves a project; undefined where it has none. */
async function servingAddress6(
  project: ProjectSpec,
  nodes: ReadonlyMap<string, ProjectNode>,
  published: PublishedStacks,
): Promise<pulumi.Input<string> | undefined> {
  if (isEnded(project)) return undefined;
  const { servedBy, node } = project;
  return servedBy ? published.address6Of(servedBy, project) : nodes.get(node)!.host.address6;
}

/**
 * Visitors are led to the serving machine once it is as declared and was seen to serve the project's
 * certificate; never held up by another.
 */
function waitsFor(
  { slug, node, servedBy }: ProjectSpec,
  nodes: ReadonlyMap<string, ProjectNode>,
): readonly pulumi.Resource[] {
  if (servedBy) return [];
  const { bootstrap, certificates } = nodes.get(node)!;
  const certificate = certificates.get(slug);
  return certificate ? [bootstrap, certificate] : [bootstrap];
}

function createNames(
  fleet: Fleet,
  project: ResolvedProject,
  leads: Pick<ProjectNamesArgs, "address" | "address6" | "after" | "taken">,
): ProjectNames | undefined {
  if (project.zone === undefined) return undefined;
  const args = { project, agency: fleet.agency, stack: fleet.stack, ...leads };
  const opts = renamed(project.slug, project.formerly);
  if (fleet.role === "environment") return new ProjectNames(project.slug, args, opts);
  hostRecord(project.slug, args, opts);
  return undefined;
}
