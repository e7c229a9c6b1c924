import { dayLength, utcDay } from "../fleet/formats";
import type { ResolvedFleet } from "./resolved";

/** Days after which a table of prices is said to be old wherever a price of it is shown. */
const freshDays = 90;

/** The day of a price as it is shown: with its age where it is older than 90 days. */
export function pricesOf(asOf: string, today: Date): string {
  const days = daysSince(asOf, today);
  return days <= freshDays ? asOf : `${asOf}, ${days} days old: look the price up`;
}

/** What a deployment says of the tables that its machines' sizes and prices are taken from. */
export function oldPrices(fleet: Pick<ResolvedFleet, "nodes">, today: Date): string[] {
  const told = fleet.nodes.flatMap(({ placement: { provider, cost } }) => {
    if (cost === undefined || daysSince(cost.asOf, today) <= freshDays) return [];
    return [`the prices of ${provider} are of ${pricesOf(cost.asOf, today)}`];
  });
  return [...new Set(told)].sort();
}

function daysSince(day: string, today: Date): number {
  return Math.floor((today.getTime() - (utcDay(day) ?? 0)) / dayLength);
}
