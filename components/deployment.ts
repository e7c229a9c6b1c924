import * as pulumi from "@pulumi/pulumi";

import { awsAccount } from "./aws-account";
import { checkAdoptedBuckets } from "./backups/adopted";
import { BackupBucket } from "./backups/bucket";
import { machineOf } from "./bootstrap/declaration";
import type { MachineDeclaration } from "./bootstrap/script";
import { namesFor } from "./names";
import { backupOutput, nodeOutput, projectOutput } from "./outputs";
import { place, type Placement } from "./placement";
import { hostRecord, ProjectNames } from "./project-names";
import { ProjectNode } from "./project-node";
import { PublishedStacks } from "./published";
import { renamed } from "./renamed";
import type { Fleet, NodeSpec, ProjectSpec } from "./spec/fleet";

/** What a stack publishes. */
export interface Deployment {
  readonly nodes: Record<string, ReturnType<typeof nodeOutput>>;
  readonly projects: Record<string, ReturnType<typeof projectOutput>>;
  readonly backups: Record<string, ReturnType<typeof backupOutput>>;
}

/** A node and where it runs. */
interface Site {
  readonly node: NodeSpec;
  readonly placement: Placement;
}

/**
 * Builds what a fleet declares. An environment stack makes nodes, names and buckets; a host stack
 * makes nodes, their own names and their credentials, and leaves visitors' names and buckets to the
 * environment it serves. `project` is the engine's name of this program: machines bear it as their
 * owner's. Looks at what it adopts before it declares anything, and throws a `ConfigError`.
 */
export async function deploy(
  fleet: Fleet,
  project: string,
  stackReferenceName: (stack: string) => string,
): Promise<Deployment> {
  const published = new PublishedStacks(stackReferenceName);
  const sites = fleet.nodes.map((node) => ({ node, placement: place(node) }));
  const usesAws = sites.some(({ placement }) => placement.provider === "aws");
  const aws = awsAccount(fleet, usesAws);
  await checkAdoptedBuckets(fleet, aws);
  const opts: pulumi.ComponentResourceOptions = aws ? { providers: [aws] } : {};

  if (fleet.role === "environment") createBuckets(fleet, opts);
  const nodes = new Map(
    sites.map((site) => {
      const machine = machineOf(project, fleet, site.node);
      return [site.node.name, createNode(fleet, site, machine, opts)];
    }),
  );
  const served = fleet.projects.map((project) => ({
    project,
    address: servingAddress(project, nodes, published),
  }));
  for (const { project, address } of served) {
    createNames(fleet, project, address, waitsFor(project, nodes));
  }

  return {
    nodes: Object.fromEntries(
      sites.map(({ node, placement }) => [
        node.name,
        nodeOutput(node, placement, nodes.get(node.name)!),
      ]),
    ),
    projects: Object.fromEntries(
      served.map(({ project, address }) => [project.slug, projectOutput(fleet, project, address)]),
    ),
    backups: Object.fromEntries(
      fleet.projects
        .filter(({ backup }) => backup)
        .map((project) => [project.slug, backupOutput(project, fleet)]),
    ),
  };
}

function createBuckets(fleet: Fleet, opts: pulumi.ComponentResourceOptions): void {
  const protect = fleet.environment === "prod";
  for (const bucket of fleet.buckets) {
    new BackupBucket(`backups-${bucket.region}`, { bucket, protect }, opts);
  }
}

function createNode(
  fleet: Fleet,
  { node, placement }: Site,
  machine: MachineDeclaration,
  opts: pulumi.ComponentResourceOptions,
): ProjectNode {
  const args = {
    node,
    placement,
    machine,
    projects: fleet.projects.filter((project) => project.node === node.name),
    buckets: fleet.buckets,
    deployerKeys: Object.values(fleet.team.deployers),
    labels: { stack: fleet.stack, environment: fleet.environment },
    protect: fleet.environment === "prod" && node.retired === undefined,
  };
  return new ProjectNode(node.name, args, { ...opts, ...renamed(node.name, node.formerly) });
}

function servingAddress(
  project: ProjectSpec,
  nodes: ReadonlyMap<string, ProjectNode>,
  published: PublishedStacks,
): pulumi.Output<string> {
  const { servedBy, node } = project;
  return servedBy ? published.addressOf(servedBy, project) : nodes.get(node)!.host.address;
}

/** Visitors are led to the serving machine once it is as declared; never held up by another. */
function waitsFor(
  { node, servedBy }: ProjectSpec,
  nodes: ReadonlyMap<string, ProjectNode>,
): readonly pulumi.Resource[] {
  return servedBy ? [] : [nodes.get(node)!.bootstrap];
}

function createNames(
  fleet: Fleet,
  project: ProjectSpec,
  address: pulumi.Output<string>,
  after: readonly pulumi.Resource[],
): void {
  if (project.zone === undefined) return;
  const zoneId = fleet.agency.zones[project.zone]!;
  const hostStack = fleet.role === "host" ? fleet.stack : undefined;
  const names = namesFor(project.domain, fleet.agency.domains, hostStack);
  const args = { zoneId, names, address, after };
  const opts = renamed(project.slug, project.formerly);
  if (fleet.role === "environment") new ProjectNames(project.slug, args, opts);
  else hostRecord(project.slug, args, opts);
}
