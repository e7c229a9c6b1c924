import * as pulumi from "@pulumi/pulumi";

import type { ResolvedFleet, ResolvedNode } from "../placement/resolved";
import type { FileOf } from "../fleet/problem";
import type { History } from "../outputs/history";
import { lookAtAdopted } from "./adopted";
import { Asking } from "./asking";
import { lookAtBuckets } from "./buckets";
import { lookAtCertificates } from "./certificates";
import { lookAtDoubles } from "./doubles";
import {
  diskProblems,
  ipv6Problems,
  presentMachine,
  resizeNotes,
  type PresentMachine,
} from "./machines";
import { leftNodeNotes, moveProblems } from "./moves";
import type { OwnState } from "./own-state";
import { lookAtRecords, type TakenNames } from "./records";
import { lookAtRenewals, type Renewals } from "./renewals";
import { lookAtRooms } from "./rooms";
import { lookAtZoneTls, type ZoneTlsStates } from "./zone-tls";

/** What the look found that declarations follow. */
export interface Present {
  /** Names that were somebody's before. */
  readonly taken: TakenNames;
  /** How the edge talks to the origins of the zones. */
  readonly zones: ZoneTlsStates;
  /** Certificates that this update renews, by the node's name. */
  readonly renewals: ReadonlyMap<string, Renewals>;
}

/** What is known of the stack before its run. */
interface Known {
  /** Its state; undefined where there may be none. */
  readonly own: OwnState | undefined;
  /** What its last run published. */
  readonly history: History;
}

/**
 * Looks at what the state, the zones and the accounts hold already, before anything is declared, and
 * refuses what would collide with it: nothing may be bought or half-made first. Throws one
 * `ConfigError`; what could not be asked is said, and stops an update where it matters.
 *
 * `aws` is the provider bound to the agency's account. Answers with what the declarations then follow.
 */
export async function lookAround(
  fleet: ResolvedFleet,
  { own, history }: Known,
  aws: pulumi.ProviderResource | undefined,
  fileOf: FileOf,
  now: Date,
): Promise<Present> {
  const asking = new Asking();
  const renewals = new Map<string, Renewals>();
  asking.notes.push(...leftNodeNotes(fleet, history));
  for (const node of fleet.nodes) {
    asking.problems.push(...moveProblems(fleet, node, own, history));
    lookAtSize(node, machineIn(own, node), asking);
    renewals.set(node.name, lookAtRenewals(own, node, now, asking));
  }
  const [taken, , , , , , zones] = await Promise.all([
    lookAtRecords(fleet, own, asking),
    lookAtCertificates(fleet, own, asking),
    lookAtAdopted(fleet, own, aws, asking),
    lookAtRooms(fleet, own, aws, asking),
    lookAtDoubles(fleet, own, aws, asking),
    lookAtBuckets(fleet, own, aws, asking),
    lookAtZoneTls(fleet, own, asking),
  ]);
  const isPreview = pulumi.runtime.isDryRun();
  const notes = asking.conclude(isPreview, fileOf);
  // What an update does was said by the preview before it; what it could not ask it says itself.
  for (const note of notes) await pulumi.log.warn(note);
  return { taken, zones, renewals };
}

/** The machine of a node that Berth made, as the state has it, where the node stays where it is. */
export function machineIn(
  own: OwnState | undefined,
  node: ResolvedNode,
): PresentMachine | undefined {
  if (node.adopt !== undefined || node.server !== undefined) return undefined;
  const { provider, region } = node.placement;
  const present = presentMachine(own, node, provider);
  // In another region it becomes another machine.
  return present?.region === undefined || present.region === region ? present : undefined;
}

function lookAtSize(node: ResolvedNode, present: PresentMachine | undefined, asking: Asking): void {
  if (present === undefined) return;
  const { placement } = node;
  asking.problems.push(...diskProblems(node, placement, present), ...ipv6Problems(node, present));
  asking.notes.push(...resizeNotes(node, placement, present));
}
