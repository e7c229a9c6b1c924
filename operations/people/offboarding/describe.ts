import { printableLine } from "../../ground/printable";
import { count, table } from "../../ground/table";
import type { RenewedAgent } from "./agents";
import type { AwsKeys } from "./aws-keys";
import type { Elsewhere } from "./elsewhere";
import type { Evidence } from "./evidence";
import { lookedFor, notLookedFor } from "../../ground/traces";

/** What the evidence is and is not. */
export const notProof =
  "Members are root. This is what each machine says of itself, and who was root can make a machine " +
  "say anything: it proves nothing beyond what it names. Rebuild a machine if in doubt.";

/** Lines of one kind that are shown of one machine; JSON has them all. */
const shownLimit = 40;

/** What is so beside machines. */
export interface Besides {
  readonly keys: readonly AwsKeys[];
  readonly agents: readonly RenewedAgent[];
  readonly places: readonly Elsewhere[];
}

/** The evidence as text. */
export function describe(
  member: string,
  at: string,
  evidence: readonly Evidence[],
  { keys, agents, places }: Besides,
): string {
  const quiet = (each: Evidence) => each.verdict === "closed" || each.verdict === "absent";
  const rows = evidence.map((each) => [
    each.node,
    each.address,
    quiet(each) ? each.verdict : each.verdict.toUpperCase(),
    each.seen.length > 3
      ? `${each.seen.slice(0, 3).join("; ")}; and ${each.seen.length - 3} more, below`
      : each.seen.join("; "),
  ]);
  return [
    `${member}, ${at}: ${headline(evidence)}`,
    "",
    table(["NODE", "ADDRESS", "RESULT", "SEEN"], rows),
    "",
    ...evidence.flatMap(details),
    ...keys.map(
      ({ account, verdict, seen }) =>
        `AWS account ${account}, IAM user ${member}: ${verdict === "open" ? "OPEN" : verdict}; ${printableLine(seen.join("; "))}`,
    ),
    ...agents.map(
      ({ node, verdict, seen }) =>
        `agent of Jenkins on ${node}: ${verdict === "open" ? "OPEN" : verdict}; ${printableLine(seen)}`,
    ),
    "",
    notProof,
    "",
    "Looked for, on machines that were reached:",
    ...lookedFor.map((each) => `  - ${each}`),
    "Not looked for:",
    ...notLookedFor.map((each) => `  - ${each}`),
    "",
    "Not closed by this command; close by hand:",
    ...places.map(({ place, action }) => `  [ ] ${place}: ${action}`),
    "",
  ].join("\n");
}

function headline(evidence: readonly Evidence[]): string {
  const of = (...verdicts: readonly string[]) =>
    evidence.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const closed = of("closed", "absent", "look");
  const parts = [
    `account closed on ${closed} of ${count(evidence.length, "machine")}`,
    ...(of("look") > 0 ? [`look at what was found on ${of("look")}`] : []),
    ...(of("open") > 0 ? [`open on ${of("open")}`] : []),
    ...(of("unproven") > 0 ? [`not known of ${of("unproven")}`] : []),
  ];
  return parts.join("; ");
}

/** What a table has no room for. */
function details({ node, seen, found, blind, repaired, since }: Evidence): string[] {
  const day = since === undefined ? "" : ` since ${since.slice(0, 16).replace("T", " ")}`;
  return [
    ...section(`Seen on ${node}:`, seen.length > 3 ? seen : []),
    ...section(`Found on ${node}${day}; no package and no declaration explains it:`, found),
    ...section(`Put right on ${node}:`, repaired),
    ...section(`Could not be looked at on ${node}:`, blind),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - shownLimit;
  return [
    title,
    ...lines.slice(0, shownLimit).map((line) => `  ${printableLine(line)}`),
    ...(more > 0 ? [`  and ${more} more (--json)`] : []),
    "",
  ];
}
