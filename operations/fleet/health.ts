import type { Outcome } from "./converging";
import type { Traces } from "../ground/traces";
import { readFacts } from "../ground/report";
import { printableLine } from "../ground/printable";
import { count } from "../ground/table";
import type { BackedUpProject } from "./backed-up";
import type { DeliveredSite } from "./delivered";
import type { Inside } from "./inside";
import type { ServedSite } from "./served";

/** What a machine tells of itself. */
export interface Facts {
  /** `<project>/<stack>` or `none`. */
  readonly owner: string;
  readonly uptimeSeconds: number;
  /** Percent used of the fullest of the disks that matter. */
  readonly diskPercent: number;
  readonly rebootNeeded: boolean;
  readonly updates: number;
  readonly securityUpdates: number;
}

/** A machine at a glance. */
export interface Health {
  readonly node: string;
  readonly address: string;
  readonly outcome: Outcome;
  /** Nothing of Berth shuts a port there: `manage` does not name the firewall (R41). */
  readonly unguarded?: true;
  /** Absent when the machine was not reached. */
  readonly facts?: Facts;
  /** Who may enter besides who is declared, and what else was found; absent when it was not told. */
  readonly traces?: Traces;
  /** What its proxy serves; absent where it has none, or did not tell. */
  readonly served?: readonly ServedSite[];
  /** What it delivered; absent where it delivers nothing, or did not tell. */
  readonly delivered?: readonly DeliveredSite[];
  /** What it backed up; absent where it backs nothing up, or did not tell. */
  readonly backedUp?: readonly BackedUpProject[];
  /** What listens there and its containers; absent where it was not reached. */
  readonly inside?: Inside;
}

/** Percent of a disk from which a person should look. */
export const fullPercent = 85;

/** Reads a machine's facts. Undefined when the script did not come to its end. */
export function readHealthFacts(text: string): Facts | undefined {
  const facts = readFacts(text);
  const last = (name: string) => facts.get(name)?.at(-1);
  const number = (name: string) => Number(last(name) ?? NaN);
  const [owner, reboot] = [last("owner"), last("reboot")];
  const numbers = {
    uptimeSeconds: number("uptime"),
    diskPercent: number("disk"),
    updates: number("updates"),
    securityUpdates: number("security"),
  };
  if (owner === undefined || reboot === undefined) return undefined;
  if (Object.values(numbers).some(Number.isNaN)) return undefined;
  return { owner, rebootNeeded: reboot === "yes", ...numbers };
}

/**
 * What needs a person, one sentence each; empty when nothing does. Pending updates do not: security
 * updates install themselves, and the others come with the next reboot or on purpose.
 */
export function concerns({ outcome, facts, traces }: Health, owner: string): string[] {
  const found: string[] = [];
  if (outcome.kind === "fault") found.push(outcome.detail);
  if (outcome.kind === "drift") {
    const differ = outcome.report.findings.filter(({ kind }) => kind === "drift").length;
    found.push(
      `${count(differ, "thing differs", "things differ")} from the declaration; run berth converge`,
    );
  }
  if (outcome.kind === "failed" || outcome.kind === "refused") {
    const finding = outcome.report.findings.find(({ kind }) => kind === outcome.kind);
    found.push(finding ? `${finding.subject}: ${finding.detail}` : "the check did not end");
  }
  if (!facts) {
    if (outcome.kind !== "fault") found.push("did not tell its state");
    return found;
  }
  if (traces === undefined) found.push("did not tell who may enter");
  else found.push(...traces.open.map((line) => `open: ${printableLine(line)}`));
  if (facts.owner !== owner && facts.owner !== "none") {
    found.push(`belongs to ${facts.owner}, not to ${owner}`);
  }
  if (facts.rebootNeeded) found.push("wants a reboot: berth maintain, or its owner, when it suits");
  if (facts.diskPercent >= fullPercent) found.push(`the disk is ${facts.diskPercent}% full`);
  return found;
}

/** `12d 4h`, `3h 20m`, `5m` */
export function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  if (days > 0) return `${days}d ${hours}h`;
  return hours > 0 ? `${hours}h ${minutes % 60}m` : `${minutes}m`;
}
