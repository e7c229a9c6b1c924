import * as pulumi from "@pulumi/pulumi";

import { servedBy } from "../fleet/serving";
import type { Archives, ResolvedNode, ResolvedProject } from "../placement/resolved";
import { knownOr } from "../machine/known";
import type { Machine } from "../outputs/history";
import type {
  ArchiveGroupsOutput,
  BackupOutput,
  NodeOutput,
  ProjectOutput,
  Written,
} from "../outputs/schema";
import { furtherFacts } from "../edge/further-records";
import type { TakenName } from "../edge/former-record";
import type { ProjectNode } from "../node/project-node";
import { waysIn, type WaysIn } from "../node/ways-in";
import type { Environment, Fleet } from "../fleet/fleet";

/** What a stack publishes, as `outputs/schema.ts` has it. */
export interface Published {
  readonly nodes: Readonly<Record<string, PublishedNode>>;
  readonly projects: Readonly<Record<string, PublishedProject>>;
  readonly backups: Readonly<Record<string, Written<BackupOutput, "adopted" | "owner">>>;
  /** Absent where the stack owns no bucket. */
  readonly archiveGroups?: Written<ArchiveGroupsOutput> | undefined;
  /** As they are declared; the stack file was checked. */
  readonly waivers?: unknown;
  readonly declared: unknown;
}

type PublishedNode = Written<
  NodeOutput,
  "address6" | "idleSince" | "released" | "adopted" | "certificates"
>;
type PublishedProject = Written<
  ProjectOutput,
  | "servedSince"
  | "movesTo"
  | "records"
  | "takenOver"
  | "handedBack"
  | "www"
  | "serves"
  | "redirects"
  | "certificate"
>;

/** How a project's names stand. */
export interface NamesState {
  /** Of the machine that serves it; absent once its service ended. */
  readonly address: pulumi.Input<string> | undefined;
  /** Since when its names lead there. */
  readonly since: pulumi.Input<string | undefined>;
  /** Names that were somebody's before. */
  readonly taken: readonly TakenName[];
  /** The end of the certificate of the machine that serves it. */
  readonly certificate: pulumi.Input<string> | undefined;
}

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
  node: ResolvedNode,
  { host, bootstrap, certificates }: ProjectNode,
  { before, environment, idleSince }: NodeRecord,
): PublishedNode {
  const { placement } = node;
  const ways = waysIn(host, bootstrap, before);
  return {
    provider: placement.provider,
    region: placement.region,
    size: placement.size?.name ?? node.adopt?.size,
    rule: placement.rule,
    reason: placement.reason,
    id: host.id,
    address: ways.apply(({ converged }) => converged?.address),
    ...(host.address6 === undefined ? {} : { address6: whereConverged(ways, host.address6) }),
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
    ...(certificates.size === 0
      ? {}
      : {
          certificates: Object.fromEntries(
            [...certificates].map(([slug, { expiresOn }]) => {
              // Where this run failed to find out, the machine serves what it served before.
              const last = before?.certificates[slug];
              return [slug, last === undefined ? expiresOn : knownOr(expiresOn, last)];
            }),
          ),
        }),
  };
}

/** A machine's IPv6 address, once the machine is as declared: names are led to what is published. */
function whereConverged(
  ways: pulumi.Output<WaysIn>,
  address6: pulumi.Output<string>,
): pulumi.Output<string | undefined> {
  return ways.apply(({ converged }) =>
    converged === undefined ? pulumi.output<string | undefined>(undefined) : address6,
  ) as pulumi.Output<string | undefined>;
}

/** What a stack publishes of a project. */
export function projectOutput(
  fleet: Fleet,
  project: ResolvedProject,
  { address, since, taken, certificate }: NamesState,
): PublishedProject {
  const { names } = project;
  return {
    node: project.node,
    servedBy: servedBy(fleet, project),
    ...(since === undefined ? {} : { servedSince: since }),
    ...(project.migration === undefined ? {} : { movesTo: project.migration.to }),
    access: [...project.access],
    ...names,
    ...furtherFacts(project.furtherNames),
    // What the zone held under its names before: the way back.
    ...(taken.length === 0
      ? {}
      : {
          // In one order, whichever name's zone answered first.
          takenOver: [...taken]
            .sort((one, other) => (one.name < other.name ? -1 : 1))
            .flatMap(({ records }) => records.map(({ id: _, ...former }) => former)),
        }),
    ...(project.handBack === true ? { handedBack: true } : {}),
    ...(certificate === undefined ? {} : { certificate }),
    // Records that the client sets, where the client runs DNS (R82).
    ...(project.dns === "external" && address !== undefined
      ? { records: clientRecords(project, address) }
      : {}),
  };
}

/** Where a project's archives go. */
export function backupOutput({
  bucket,
  prefix,
}: Archives): Written<BackupOutput, "adopted" | "owner"> {
  return {
    bucket: bucket.name,
    prefix,
    region: bucket.region,
    ...(bucket.adopted ? { adopted: true } : {}),
    ...(bucket.owner === undefined ? {} : { owner: bucket.owner }),
  };
}

function clientRecords({ names, furtherNames }: ResolvedProject, address: pulumi.Input<string>) {
  return [
    { name: names.primary, type: "A", content: address },
    { name: names.origin, type: "A", content: address },
    { name: names.direct, type: "CNAME", content: names.origin },
    ...furtherNames.map(({ name, role }) =>
      role === "www"
        ? { name, type: "CNAME", content: names.primary }
        : { name, type: "A", content: address },
    ),
  ];
}
