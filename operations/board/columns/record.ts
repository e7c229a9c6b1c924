import type { NodeOutput } from "../../../components/outputs/schema";
import { dayLength, dayText, utcDay } from "../../../components/fleet/formats";
import { graceDays } from "../../../components/leaving/let-go";
import { pricesOf } from "../../../components/placement/old-prices";
import { bad, good, none, unknown, type Cell } from "../cell";
import type { Gathered } from "../gather";
import { ofReading } from "./known";
import { withoutService } from "./machine";

/** What its machine costs in a month, at the list prices that were published with it. */
export function cost(row: Gathered, now: Date): Cell {
  return published(row, (node, from) => {
    if (row.subject.machine?.node.server !== undefined) return none("the client's own machine");
    const { total, currency, asOf } = node.monthlyCost ?? {};
    if (total === undefined || currency === undefined || asOf === undefined) {
      return unknown(from, "no price was published of it");
    }
    const shared = (node.projects ?? []).length;
    const value = `${total.toFixed(2)} ${currency} a month${shared > 1 ? ` for ${shared} projects` : ""}`;
    const told = pricesOf(asOf, now);
    const source = `${from.source}, prices of ${asOf}`;
    return told === asOf && utcDay(asOf) !== undefined
      ? good(value, { ...from, source })
      : unknown({ ...from, source }, `the prices are of ${told}`, value);
  });
}

/** Until when a machine that serves nobody has to stay (R74). */
export function grace(row: Gathered, now: Date): Cell {
  return published(row, ({ idleSince }, from) => {
    const { node } = row.subject.machine!;
    const declared = node.retired && utcDay(node.retired.since);
    const since = idleSince === undefined ? declared : Date.parse(idleSince);
    if (since === undefined) return none("it is not leaving");
    const began = new Date(since);
    const over = new Date(began.getTime() + graceDays * dayLength);
    const day = dayText(over.getTime());
    const origin = { ...from, at: began };
    if (idleSince === undefined) {
      return unknown(origin, "no run recorded the switch; run pulumi up", `about ${day}`);
    }
    if (now < over) return good(`until ${day}`, origin);
    return bad(`over since ${day}`, origin, "let it go: docs/guides/let-a-machine-go.md");
  });
}

/** A cell of what a machine's stack published of it. */
function published(
  row: Gathered,
  cell: (node: NodeOutput, from: { readonly source: string; readonly at: Date }) => Cell,
): Cell {
  const { subject } = row;
  const { stack, machine, missing } = subject;
  const absent = withoutService(row);
  if (absent !== undefined) return absent;
  if (stack === undefined || machine === undefined) {
    return unknown({ source: "the stacks' states" }, missing ?? "there is no machine");
  }
  return ofReading(stack.state, (state, from) => {
    const { name, formerly = name } = machine.node;
    const nodes = state?.outputs?.nodes;
    const node = nodes?.[name] ?? nodes?.[formerly];
    return node === undefined
      ? unknown(from, "nothing was published of its machine")
      : cell(node, from);
  });
}
