import { isWithin, windowText, type Maintenance } from "../../components/fleet/maintenance";
import type { ResolvedFleet } from "../../components/placement/resolved";
import { machineName, type Machine } from "../fleet/fleet";
import { count } from "../ground/table";
import type { Seen } from "./seen";

/** What is to be done about a machine. */
export type Verdict =
  /** It is maintained. */
  | { readonly kind: "turn"; readonly why: string }
  /** Nothing waits there. */
  | { readonly kind: "well" }
  /** It is due, and another time is better: nothing is wrong. */
  | { readonly kind: "later"; readonly why: string }
  /** A person must look first. */
  | { readonly kind: "held"; readonly why: string };

/** A machine with its window, where one is declared: its node's own, or the agency's. */
export interface Candidate {
  readonly machine: Machine;
  readonly window?: Maintenance;
}

/**
 * The machines that Berth maintains, in the order of their turns: stage before production, then by name. Whoever made
 * the others updates them.
 */
export function candidates(
  fleets: readonly ResolvedFleet[],
  machines: readonly Machine[],
): Candidate[] {
  const agencyOf = (stack: string) => fleets.find((fleet) => fleet.stack === stack)?.agency;
  return machines
    .filter(({ declared }) => declared.madeByBerth)
    .map((machine) => {
      const window = machine.node.maintenance ?? agencyOf(machine.stack)?.maintenance;
      return { machine, ...(window && { window }) };
    })
    .toSorted((a, b) => compare(placeOf(a), placeOf(b)));
}

function placeOf({ machine }: Candidate): string {
  return `${machine.environment === "stage" ? 0 : 1} ${machineName(machine)}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Judges a machine as it was seen. `anytime`: a person asked for it by name, whatever its window says. */
export function judge({ window }: Candidate, seen: Seen, now: Date, anytime: boolean): Verdict {
  if (seen.kind === "away") return { kind: "held", why: seen.why };
  const why = dueOf(seen);
  if (why === undefined) return { kind: "well" };
  if (seen.busy.length > 0) return { kind: "later", why: `${seen.busy.join(", ")} is at work` };
  if (seen.ill.length > 0) return { kind: "held", why: seen.ill.join("; ") };
  if (anytime) return { kind: "turn", why };
  if (window === undefined) {
    const fix = "declare maintenance in berth:agency, or name the machine and say --now";
    return { kind: "later", why: `no window is declared: ${fix}` };
  }
  return isWithin(window, now)
    ? { kind: "turn", why }
    : { kind: "later", why: `its window is ${windowText(window)}` };
}

/** Why a machine is due; undefined where it is not. */
export function dueOf(seen: Extract<Seen, { kind: "told" }>): string | undefined {
  const { rebootNeeded, updates, securityUpdates } = seen;
  const parts = [
    ...(updates > 0 ? [`${count(updates, "update")} (${securityUpdates} security)`] : []),
    ...(rebootNeeded ? ["wants a reboot"] : []),
  ];
  return parts.length === 0 ? undefined : parts.join(", ");
}

/** A machine with what was seen of it and what follows from that. */
export interface Judged {
  readonly candidate: Candidate;
  readonly seen: Seen;
  readonly verdict: Verdict;
}

/**
 * What production is told instead of its turn: a machine of stage is due, or nobody knows whether it is. One that
 * something is at work on holds nobody up, since that may take weeks.
 */
export function stageFirst(judged: readonly Judged[]): Verdict | undefined {
  const waits = judged.find(({ candidate, seen, verdict }) => {
    if (candidate.machine.environment !== "stage" || verdict.kind === "well") return false;
    return !(seen.kind === "told" && seen.busy.length > 0);
  });
  if (waits === undefined) return undefined;
  const { candidate, verdict } = waits;
  const reason = "why" in verdict ? ` (${verdict.why})` : "";
  const why = `stage goes first: ${machineName(candidate.machine)} is not done${reason}`;
  return { kind: verdict.kind === "held" ? "held" : "later", why };
}
