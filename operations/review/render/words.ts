import { moneyText, type Money } from "../facts/cost";
import { worst, type Interruption } from "../facts/interruption";
import type { NameChange } from "../facts/name-change";
import type { WaiverUse } from "../facts/waivers";
import { deletions, type Loss, type StackReview } from "../model";

/** Plain sentences, the same in a comment and in a terminal. Nothing here is escaped. */

/** The verdict in one line. */
export function verdictText(review: StackReview): string {
  switch (review.verdict) {
    case "stop":
      return `Stop: ${review.blockers.join("; ")}.`;
    case "look":
      return review.beyond
        ? "Look: more changes than this plan can tell, so a person has to read that first."
        : "Look: nothing forbids it, but a person has to agree with what follows.";
    case "clear":
      return review.changes.length === 0
        ? "Nothing changes."
        : "Clear: nothing is interrupted, lost, opened or deleted.";
    default:
      return review.verdict satisfies never;
  }
}

/** A fact of the table: what it is called and what it says. */
export interface Fact {
  readonly name: string;
  readonly text: string;
}

/** The table above the fold, risk first. */
export function factsOf(review: StackReview): readonly Fact[] {
  return [
    { name: "Data", text: dataText(review.data) },
    { name: "Interruption", text: interruptionText(review.interruptions) },
    { name: "Deleted", text: deletedText(review) },
    {
      name: "Access",
      text: listText(
        review.access.map(({ kind, who, where }) => `${who} ${kind} on ${where}`),
        "nobody gains or loses any",
      ),
    },
    { name: "Names", text: listText(review.names.map(nameText), "none changes its target") },
    { name: "Cost a month", text: costText(review) },
    { name: "Policies", text: policyText(review) },
    { name: "Waivers", text: listText(review.waivers.map(waiverHead), "none") },
    ...(review.strangers.length > 0
      ? [
          {
            name: "Not known",
            text: `what they open, cost or lose: ${listText(review.strangers, "")}`,
          },
        ]
      : []),
    ...(review.unprotected.length > 0
      ? [
          {
            name: "Protection",
            text: `taken off ${review.unprotected.join(", ")}: a later change can delete them`,
          },
        ]
      : []),
  ];
}

function dataText(data: readonly Loss[]): string {
  const [first] = data;
  if (!first) return "none is touched";
  return listText(data.map(lossText), "");
}

export function lossText({ kind, what, approved, asked }: Loss): string {
  switch (kind) {
    case "destroys":
      if (approved !== undefined) return `destroys ${what} (${approved})`;
      return `destroys ${what}${asked === undefined ? "" : ` (asked for by this change, by ${asked})`}`;
    case "protected":
      return `protected: ${what}; the update will be refused`;
    case "kept":
      return `kept: ${what} leaves this stack and stays at the provider`;
    default:
      return kind satisfies never;
  }
}

function interruptionText(found: readonly Interruption[]): string {
  if (worst(found) === "none") return "none";
  return listText(found.map(oneInterruption), "none");
}

export function oneInterruption({ kind, node, projects, minutes, cause }: Interruption): string {
  const who = projects.length === 0 ? "no project" : projects.join(", ");
  const span = minutes ? `about ${minutes[0]} to ${minutes[1]} minutes` : "for good";
  return `${kind} of ${node}: ${who} off ${span} (${cause})`;
}

function deletedText(review: StackReview): string {
  const gone = deletions(review.changes).map(({ name, fate }) =>
    fate === "replace" ? `${name} (made anew)` : name,
  );
  return listText(gone, "nothing");
}

export function nameText({ kind, name, type, from, to, by }: NameChange): string {
  const whose = by === "the client" ? ", to be set by the client" : "";
  switch (kind) {
    case "changes":
      return `${name} ${type}: ${from ?? "?"} → ${to ?? "?"}${whose}`;
    case "taken over":
      return from?.toLowerCase() === to?.toLowerCase()
        ? `${name} ${type} is taken over as it is: ${to ?? "?"}`
        : `${name} ${type} is taken over: ${from ?? "?"} → ${to ?? "?"}`;
    case "leaves":
      return `${name} ${type} leaves this stack and stays → ${to ?? "?"}`;
    case "appears":
      return `${name} ${type} appears → ${to ?? "?"}${whose}`;
    case "disappears":
      return `${name} ${type} disappears${whose}`;
    default:
      return kind satisfies never;
  }
}

function costText({ cost }: StackReview): string {
  const [before, after] = [moneyText(cost.before), moneyText(cost.after)];
  const change =
    before === after
      ? `${after}, unchanged`
      : `${before} → ${after} (${difference(cost.before, cost.after)})`;
  return cost.unknown.length === 0 ? change : `${change}; not known: ${listText(cost.unknown, "")}`;
}

function difference(before: Money, after: Money): string {
  const currencies = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return currencies
    .map((currency) => ({ currency, by: (after[currency] ?? 0) - (before[currency] ?? 0) }))
    .filter(({ by }) => Math.abs(by) >= 0.005)
    .map(({ currency, by }) => `${by > 0 ? "+" : "−"}${currency} ${Math.abs(by).toFixed(2)}`)
    .join(", ");
}

function policyText({ policies, askedFor }: StackReview): string {
  if (!policies.ran) return "not judged";
  const { violations, unjudged, notices, judged } = policies;
  const waived = policies.waived.filter((finding) => !askedFor.includes(finding));
  const parts = [
    ...(violations.length > 0
      ? [`${violations.length} violations: ${unique(violations)}`]
      : [`${judged} hold`]),
    ...(askedFor.length > 0
      ? [`${askedFor.length} broken, to be waived by this change: ${unique(askedFor)}`]
      : []),
    ...(waived.length > 0 ? [`${waived.length} waived: ${unique(waived)}`] : []),
    ...(unjudged.length > 0 ? [`${unjudged.length} not judged yet: ${unique(unjudged)}`] : []),
    ...(notices.length > 0 ? [`${notices.length} notices: ${unique(notices)}`] : []),
  ];
  return parts.join("; ");
}

function unique(findings: readonly { readonly policy: string }[]): string {
  return [...new Set(findings.map(({ policy }) => policy))].join(", ");
}

function waiverHead({ waiver }: WaiverUse): string {
  const what = `${waiver.policy} for ${waiver.resource ?? `node ${waiver.node ?? "?"}`}`;
  const whose = `until ${waiver.until} (${waiver.owner})`;
  return `${what} ${whose}${waiver.asked ? ", asked for by this change" : ""}`;
}

export function waiverText({ waiver, uses }: WaiverUse): string {
  const used =
    uses === 0
      ? "it waives nothing in this change"
      : `it waives ${uses} finding${uses === 1 ? "" : "s"}`;
  return `${waiverHead({ waiver, uses })}: ${waiver.reason}; ${used}`;
}

/** Entries of a list above the fold; the rest is counted. */
const listLimit = 4;

export function listText(entries: readonly string[], none: string): string {
  if (entries.length === 0) return none;
  const rest = entries.length - listLimit;
  const shown = entries.slice(0, rest === 1 ? listLimit + 1 : listLimit).join("; ");
  return rest > 1 ? `${shown}; and ${rest} more` : shown;
}
