import { accessOf, type Access } from "./facts/access";
import { costOf, type Cost } from "./facts/cost";
import { dataOf, type DataLoss } from "./facts/data";
import { interruptionsOf, type Interruption } from "./facts/interruption";
import { machines } from "./facts/kinds";
import { isKnown } from "./facts/known-types";
import type { NameChange } from "./facts/name-change";
import { clashesOf, namesOf } from "./facts/names";
import { policiesOf, type PolicyFinding, type PolicyVerdict } from "./facts/policies";
import { projectLines, type ProjectLine } from "./facts/projects";
import { planOf, type Plan } from "./facts/plan";
import { destruction, holds, waiversOf, type Waiver, type WaiverUse } from "./facts/waivers";
import type { Change, Preview } from "../../engine/preview";

/**
 * - `stop`: not to be merged as it is,
 * - `look`: a person has to agree with what is listed,
 * - `clear`: nothing is lost, interrupted or opened.
 */
export type Verdict = "stop" | "look" | "clear";

/** Data that goes, and whether somebody agreed. */
export interface Loss extends DataLoss {
  /** Who approved it and how; undefined: nobody. */
  readonly approved?: string;
  /** Who would answer for it by a waiver that this change itself brings, and why. */
  readonly asked?: string;
}

/** Everything a comment says of one stack. */
export interface StackReview {
  readonly stack: string;
  readonly verdict: Verdict;
  /** Why it must not be merged, in words, worst first. */
  readonly blockers: readonly string[];
  /** Whether the preview itself failed. */
  readonly failed: boolean;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly projects: readonly ProjectLine[];
  readonly cost: Cost;
  readonly interruptions: readonly Interruption[];
  readonly data: readonly Loss[];
  readonly access: readonly Access[];
  readonly names: readonly NameChange[];
  /** Names that the update cannot make, because they stand already. */
  readonly clashes: readonly string[];
  readonly policies: PolicyVerdict;
  readonly waivers: readonly WaiverUse[];
  /** Findings that are notices only by a waiver which this change itself brings. */
  readonly askedFor: readonly PolicyFinding[];
  /** Changes of types that no reader of plans knows: what they open, cost or lose is not told. */
  readonly strangers: readonly string[];
  /** Whether more changes than this plan can tell, such as the program that made it. */
  readonly beyond: boolean;
  /** Resources that can be deleted from now on. */
  readonly unprotected: readonly string[];
  /** Everything that does not stay as it is. */
  readonly changes: readonly Change[];
}

/** What the one who runs the review adds. */
export interface ReviewOptions {
  /** Names or URNs of resources whose destruction is approved. */
  readonly approved: readonly string[];
  /** Day (UTC, YYYY-MM-DD) by which waivers are judged. */
  readonly today: string;
  /** Whether more changes than the plan can tell: then it is never called clear. */
  readonly beyond?: boolean;
}

/** Judges a preview. Pure: the same preview and options give the same review. */
export function reviewOf(preview: Preview, options: ReviewOptions): StackReview {
  const plan = planOf(preview);
  const waivers = waiversOf(preview);
  const policies = policiesOf(preview);
  const data = dataOf(plan).map((loss) => approve(plan, loss, waivers, options));
  const changes = preview.changes.filter(({ fate }) => fate !== "same" && fate !== "read");
  const found = {
    stack: preview.stack,
    failed: !preview.succeeded && policies.violations.length === 0,
    errors: preview.errors,
    warnings: preview.warnings,
    projects: projectLines(plan),
    cost: costOf(plan, new Date(options.today)),
    interruptions: interruptionsOf(plan),
    data,
    access: accessOf(plan),
    names: namesOf(plan),
    clashes: clashesOf(plan),
    policies,
    waivers: waivers.map((waiver) => ({ waiver, uses: usesOf(waiver, plan, policies, data) })),
    askedFor: policies.waived.filter((finding) =>
      waivers.some((waiver) => waiver.asked && covers(waiver, finding)),
    ),
    strangers: changes.flatMap(({ name, type }) => (isKnown(type) ? [] : [`${name} (${type})`])),
    beyond: options.beyond === true,
    unprotected: unprotected(plan),
    changes,
  };
  const blockers = blockersOf(found, preview, waivers, options.today);
  return { ...found, blockers, verdict: verdictOf(found, blockers) };
}

type Found = Omit<StackReview, "verdict" | "blockers">;

function blockersOf(
  { failed, policies, data, clashes }: Found,
  preview: Preview,
  waivers: readonly Waiver[],
  today: string,
): readonly string[] {
  const destroys = data.filter(
    ({ kind, approved }) => kind === "destroys" && approved === undefined,
  );
  const refused = data.filter(({ kind }) => kind === "protected");
  const expired = waivers.filter((waiver) => !holds(waiver, today));
  return [
    ...(failed ? ["the preview failed"] : []),
    ...(destroys.length > 0
      ? [`it destroys data and nobody approved that: ${names(destroys)}`]
      : []),
    ...(refused.length > 0
      ? [`it would destroy what is protected, so the update will be refused: ${names(refused)}`]
      : []),
    ...(clashes.length > 0
      ? [
          `it makes names that still stand, with which two hosts answer or the update fails half-way: ${clashes.join(", ")}; ` +
            "take the old ones out in a change of their own first",
        ]
      : []),
    ...(policies.violations.length > 0
      ? [
          `it breaks ${count(new Set(policies.violations.map(({ policy }) => policy)).size, "policy", "policies")}`,
        ]
      : []),
    ...(expired.length > 0
      ? [`${count(expired.length, "waiver is", "waivers are")} past the date`]
      : []),
    ...(policies.ran
      ? []
      : [
          `no policy judged it${preview.policies ? "" : " (the JSON digest tells nothing of policies)"}`,
        ]),
  ];
}

function verdictOf(found: Found, blockers: readonly string[]): Verdict {
  if (blockers.length > 0) return "stop";
  if (found.beyond) return "look";
  const {
    interruptions,
    data,
    access,
    names: dns,
    policies,
    waivers,
    unprotected: open,
    cost,
  } = found;
  const notOurs = dns.filter(
    ({ kind, by }) => kind === "disappears" || kind === "taken over" || by === "the client",
  );
  const toLookAt = [
    interruptions,
    data,
    access,
    notOurs,
    waivers,
    open,
    policies.waived,
    policies.notices,
    policies.unjudged,
    cost.nodes,
    cost.unknown,
    deletions(found.changes),
    found.strangers,
  ];
  return toLookAt.some((list) => list.length > 0) ? "look" : "clear";
}

/** Resources that something real is deleted with. */
export function deletions(changes: readonly Change[]): readonly Change[] {
  return changes.filter(
    ({ fate, before }) => (fate === "delete" || fate === "replace") && before?.custom === true,
  );
}

function approve(
  plan: Plan,
  loss: DataLoss,
  waivers: readonly Waiver[],
  options: ReviewOptions,
): Loss {
  if (loss.kind !== "destroys") return loss;
  if (options.approved.some((name) => name === loss.name || name === loss.urn)) {
    return { ...loss, approved: "approved with --approve" };
  }
  const fitting = waivers.filter(
    (candidate) =>
      candidate.policy === destruction &&
      holds(candidate, options.today) &&
      appliesTo(candidate, plan, loss),
  );
  const waiver = fitting.find(({ asked }) => !asked) ?? fitting[0];
  if (!waiver) return loss;
  const why = `${waiver.owner}: ${waiver.reason}`;
  return waiver.asked ? { ...loss, asked: why } : { ...loss, approved: `approved by ${why}` };
}

function appliesTo(waiver: Waiver, plan: Plan, { urn, name }: DataLoss): boolean {
  const change = plan.preview.changes.find((candidate) => candidate.urn === urn);
  return (
    waiver.resource === name ||
    waiver.resource === urn ||
    (waiver.node !== undefined && change !== undefined && plan.nodeOf(change) === waiver.node)
  );
}

function usesOf(
  waiver: Waiver,
  plan: Plan,
  policies: PolicyVerdict,
  data: readonly Loss[],
): number {
  if (waiver.policy === destruction) {
    return data.filter(
      (loss) => (loss.approved ?? loss.asked) !== undefined && appliesTo(waiver, plan, loss),
    ).length;
  }
  return policies.waived.filter((finding) => covers(waiver, finding)).length;
}

/** Whether a finding was turned into a notice by this waiver: by the pack's own words. */
function covers(waiver: Waiver, { policy, message }: PolicyFinding): boolean {
  return (
    policy === waiver.policy &&
    message.startsWith(`Waived until ${waiver.until} by ${waiver.owner}`) &&
    message.includes(waiver.resource ?? waiver.node ?? "")
  );
}

/** What the next change could delete without being refused. */
function unprotected({ preview }: Plan): readonly string[] {
  return preview.changes
    .filter(({ before, after }) => before?.protect === true && after?.protect === false)
    .map(({ name, type }) => (type in machines ? `${name} (machine)` : name));
}

function names(losses: readonly DataLoss[]): string {
  return losses.map(({ name }) => name).join(", ");
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Exit codes of `berth review`; wrong usage has the code of every `berth` command. */
export const exitCodes = {
  /** Nothing stands in the way; a person may still have to look. */
  clear: 0,
  /** A stack must not be merged as it is. */
  stop: 1,
  /** A preview failed or cannot be read: nothing is known. */
  failed: 3,
} as const;

export function exitCodeOf(reviews: readonly StackReview[]): number {
  if (reviews.some(({ failed }) => failed)) return exitCodes.failed;
  return reviews.some(({ verdict }) => verdict === "stop") ? exitCodes.stop : exitCodes.clear;
}
