import * as pulumi from "@pulumi/pulumi";

import { backupPrefix } from "../fleet/backup-prefix";
import { servedBy } from "../leaving/record";
import { namesFor } from "../fleet/names";
import type { Placement } from "../placement/placement";
import type { Machine } from "./history";
import type { ProjectNode } from "../node/project-node";
import { waysIn } from "../node/ways-in";
import type { Environment, Fleet, NodeSpec, ProjectSpec } from "../fleet/fleet";

/** What a stack's runs record of a node. */
export interface NodeRecord {
  /** What the last run published of it. */
  readonly before: Machine | undefined;
  readonly environment: Environment;
  /** Since when it serves nobody; absent while it serves. */
  readonly idleSince: pulumi.Input<string | undefined>;
}

/**
 * What a stack publishes of a node. Host stacks' addresses are read from here, so a machine has an
 * address and a host key here once it is as declared.
 */
export function nodeOutput(
  node: NodeSpec,
  placement: Placement,
  { host, bootstrap }: ProjectNode,
  { before, environment, idleSince }: NodeRecord,
) {
  const ways = waysIn(host, bootstrap, before);
  return {
    provider: placement.provider,
    region: placement.region,
    size: placement.size?.name ?? node.adopt?.size,
    rule: placement.rule,
    reason: placement.reason,
    id: host.id,
    address: ways.apply(({ converged }) => converged?.address),
    login: host.login,
    // What people and programs enter with after the first session, and the key they pin.
    account: bootstrap.account,
    hostKey: ways.apply(({ converged }) => converged?.hostKey),
    unfinished: ways.apply(({ unfinished }) => unfinished),
    monthlyCost: placement.cost,
    projects: [...node.projects],
    // What the next run must know before it lets the machine go (R74).
    environment,
    ...(idleSince === undefined ? {} : { idleSince }),
    ...(node.retired?.remove === true ? { released: true } : {}),
    ...(node.adopt ? { adopted: node.adopt.id } : {}),
  };
}

/** What a stack publishes of a project. */
export function projectOutput(
  fleet: Fleet,
  project: ProjectSpec,
  address: pulumi.Input<string> | undefined,
  since: pulumi.Input<string | undefined>,
) {
  const hostStack = fleet.role === "host" ? fleet.stack : undefined;
  const names = namesFor(project.domain, fleet.agency.domains, hostStack);
  return {
    node: project.node,
    servedBy: servedBy(fleet, project),
    ...(since === undefined ? {} : { servedSince: since }),
    access: [...project.access],
    ...names,
    // Records that the client sets, where the client runs DNS (R82).
    ...(project.dns === "external" && address !== undefined
      ? { records: clientRecords(names, address) }
      : {}),
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
