import * as pulumi from "@pulumi/pulumi";

import { awsAccount } from "./aws-account";
import { BackupBucket } from "./backups/bucket";
import type { Host } from "./host";
import { namesFor } from "./names";
import { backupOutput, nodeOutput, projectOutput } from "./outputs";
import { place, type Placement } from "./placement";
import { hostRecord, ProjectNames } from "./project-names";
import { ProjectNode } from "./project-node";
import { PublishedStacks } from "./published";
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
 * environment it serves.
 */
export function deploy(fleet: Fleet, stackReferenceName: (stack: string) => string): Deployment {
  const published = new PublishedStacks(stackReferenceName);
  const sites = fleet.nodes.map((node) => ({ node, placement: place(node) }));
  const usesAws = sites.some(({ placement }) => placement.provider === "aws");
  const aws = awsAccount(fleet, usesAws);
  const opts: pulumi.ComponentResourceOptions = aws ? { providers: [aws] } : {};

  if (fleet.role === "environment") createBuckets(fleet, opts);
  const hosts = new Map(
    sites.map((site) => [site.node.name, createNode(fleet, site, published, opts).host]),
  );
  const served = fleet.projects.map((project) => ({
    project,
    address: servingAddress(project, hosts, published),
  }));
  for (const { project, address } of served) createNames(fleet, project, address);

  return {
    nodes: Object.fromEntries(
      sites.map(({ node, placement }) => [
        node.name,
        nodeOutput(node, placement, hosts.get(node.name)!),
      ]),
    ),
    projects: Object.fromEntries(
      served.map(({ project, address }) => [project.slug, projectOutput(fleet, project, address)]),
    ),
    backups: Object.fromEntries(
      fleet.projects
        .filter(({ backup }) => backup)
        .map((project) => [project.slug, backupOutput(project, fleet.buckets)]),
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
  published: PublishedStacks,
  opts: pulumi.ComponentResourceOptions,
): ProjectNode {
  const args = {
    node,
    placement,
    projects: fleet.projects.filter((project) => project.node === node.name),
    buckets: fleet.buckets,
    deployerKeys: Object.values(fleet.team.deployers),
    labels: { stack: fleet.stack, environment: fleet.environment },
    protect: fleet.environment === "prod" && node.retired === undefined,
    ...(node.adopt ? { adoptedAs: published.adoptedId(fleet.stack, node.name) } : {}),
  };
  return new ProjectNode(node.name, args, opts);
}

function servingAddress(
  { slug, node, servedBy }: ProjectSpec,
  hosts: ReadonlyMap<string, Host>,
  published: PublishedStacks,
): pulumi.Output<string> {
  return servedBy ? published.addressOf(servedBy, slug) : hosts.get(node)!.address;
}

function createNames(fleet: Fleet, project: ProjectSpec, address: pulumi.Output<string>): void {
  if (project.zone === undefined) return;
  const zoneId = fleet.agency.zones[project.zone]!;
  const hostStack = fleet.role === "host" ? fleet.stack : undefined;
  const names = namesFor(project.domain, fleet.agency.domains, hostStack);
  if (fleet.role === "environment") new ProjectNames(project.slug, { zoneId, names, address });
  else hostRecord(project.slug, { zoneId, names, address }, {});
}
