import * as pulumi from "@pulumi/pulumi";

import { backupPrefix } from "./backups/keys";
import { namesFor } from "./names";
import type { Placement } from "./placement";
import type { ProjectNode } from "./project-node";
import type { Fleet, NodeSpec, ProjectSpec } from "./spec/fleet";

/** What a stack publishes of a node. Host stacks' addresses are read from here. */
export function nodeOutput(node: NodeSpec, placement: Placement, { host, bootstrap }: ProjectNode) {
  return {
    provider: placement.provider,
    region: placement.region,
    size: placement.size?.name ?? node.adopt?.size,
    rule: placement.rule,
    reason: placement.reason,
    address: host.address,
    login: host.login,
    // What people and programs enter with after the first session, and the key they pin.
    account: bootstrap.account,
    hostKey: bootstrap.hostKey,
    monthlyCost: placement.cost,
    projects: [...node.projects],
    ...(node.adopt ? { adopted: node.adopt.id } : {}),
  };
}

/** What a stack publishes of a project. */
export function projectOutput(fleet: Fleet, project: ProjectSpec, address: pulumi.Input<string>) {
  const hostStack = fleet.role === "host" ? fleet.stack : undefined;
  const names = namesFor(project.domain, fleet.agency.domains, hostStack);
  return {
    node: project.node,
    servedBy: project.servedBy ?? fleet.stack,
    access: [...project.access],
    ...names,
    // Records that the client sets, where the client runs DNS (R82).
    ...(project.dns === "external" ? { records: clientRecords(names, address) } : {}),
  };
}

/** Where a project's archives go; undefined for a project without a backup. */
export function backupOutput(project: ProjectSpec, { buckets, environment }: Fleet) {
  const bucket = buckets.find(({ region }) => region === project.backup?.region);
  return (
    bucket && {
      bucket: bucket.name,
      prefix: backupPrefix(project.slug, environment, bucket),
      region: bucket.region,
      ...(bucket.adopted ? { adopted: true } : {}),
    }
  );
}

function clientRecords(names: ReturnType<typeof namesFor>, address: pulumi.Input<string>) {
  return [
    { name: names.primary, type: "A", content: address },
    { name: names.origin, type: "A", content: address },
    { name: names.direct, type: "CNAME", content: names.origin },
  ];
}
