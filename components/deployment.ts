import * as pulumi from "@pulumi/pulumi";

import { awsAccount } from "./aws-account";
import { BackupBucket } from "./backups/bucket";
import { namesFor } from "./names";
import { backupOutput, nodeOutput, projectOutput } from "./outputs";
import { place } from "./placement";
import { hostRecord, ProjectNames } from "./project-names";
import { ProjectNode } from "./project-node";
import { servingAddress } from "./serving-host";
import type { Fleet, ProjectSpec } from "./spec/fleet";

/** What a stack publishes. */
export interface Deployment {
  readonly nodes: Record<string, ReturnType<typeof nodeOutput>>;
  readonly projects: Record<string, ReturnType<typeof projectOutput>>;
  readonly backups: Record<string, ReturnType<typeof backupOutput>>;
}

/**
 * Builds what a fleet declares. An environment stack makes nodes, names and buckets; a host stack
 * makes nodes, their own names and their credentials, and leaves visitors' names and buckets to the
 * environment it serves.
 */
export function deploy(fleet: Fleet, stackReferenceName: (stack: string) => string): Deployment {
  const production = fleet.environment === "prod";
  const placements = new Map(fleet.nodes.map((node) => [node.name, place(node)]));
  const usesAws = [...placements.values()].some(({ provider }) => provider === "aws");
  const aws = awsAccount(fleet, usesAws);
  const opts: pulumi.ComponentResourceOptions = aws ? { providers: [aws] } : {};

  if (fleet.role === "environment") {
    for (const bucket of fleet.buckets) {
      new BackupBucket(`backups-${bucket.region}`, { bucket, protect: production }, opts);
    }
  }
  const nodes = new Map(
    fleet.nodes.map((node) => [
      node.name,
      new ProjectNode(
        node.name,
        {
          node,
          placement: placements.get(node.name)!,
          projects: fleet.projects.filter((project) => project.node === node.name),
          buckets: fleet.buckets,
          deployerKeys: Object.values(fleet.team.deployers),
          labels: { stack: fleet.stack, environment: fleet.environment },
          protect: production && node.retired === undefined,
        },
        opts,
      ),
    ]),
  );
  const references = new Map(
    [...new Set(fleet.projects.flatMap(({ servedBy }) => servedBy ?? []))].map((stack) => [
      stack,
      new pulumi.StackReference(stackReferenceName(stack)),
    ]),
  );
  const addressOf = ({ slug, node, servedBy }: ProjectSpec): pulumi.Output<string> =>
    servedBy
      ? servingAddress(references.get(servedBy)!, servedBy, slug)
      : nodes.get(node)!.host.address;

  for (const project of fleet.projects) createNames(fleet, project, addressOf(project));
  return {
    nodes: Object.fromEntries(
      fleet.nodes.map((node) => [
        node.name,
        nodeOutput(node, placements.get(node.name)!, nodes.get(node.name)!.host),
      ]),
    ),
    projects: Object.fromEntries(
      fleet.projects.map((project) => [
        project.slug,
        projectOutput(fleet, project, addressOf(project)),
      ]),
    ),
    backups: Object.fromEntries(
      fleet.projects
        .filter(({ backup }) => backup)
        .map((project) => [project.slug, backupOutput(project, fleet.buckets)]),
    ),
  };
}

function createNames(fleet: Fleet, project: ProjectSpec, address: pulumi.Output<string>): void {
  if (project.zone === undefined) return;
  const zoneId = fleet.agency.zones[project.zone]!;
  const hostStack = fleet.role === "host" ? fleet.stack : undefined;
  const names = namesFor(project.domain, fleet.agency.domains, hostStack);
  if (fleet.role === "environment") new ProjectNames(project.slug, { zoneId, names, address });
  else hostRecord(project.slug, { zoneId, names, address }, {});
}
