import type { Cloud } from "../fleet/fleet";

/** A kind of machine that a cloud sells, with list prices before tax and discounts. */
export interface Size {
  readonly provider: Cloud;
  /** The provider's own name: `s-1vcpu-2gb`, `DEV1-S`, `t3.small`. */
  readonly name: string;
  readonly vcpus: number;
  /** GB of memory. */
  readonly memoryGb: number;
  /** GB of disk that come with it; 0: it boots from a volume, billed apart. */
  readonly diskGb: number;
  /** Price of the machine alone per month by region; `everyRegion` where it is the same in all. */
  readonly monthly: Readonly<Record<string, number>>;
}

/** Everything one provider charges for a machine that runs all month. */
export interface PriceList {
  readonly provider: Cloud;
  /** ISO 4217 code; amounts of different currencies are never added. */
  readonly currency: "USD" | "EUR";
  /** Day (UTC) on which the prices were last compared with their source. */
  readonly asOf: string;
  /** Where the prices come from, and how sure they are. */
  readonly source: string;
  /** The root volume of machines without a disk of their own; absent: all have one. */
  readonly volume?: {
    /** GB-month by region. */
    readonly perGb: Readonly<Record<string, number>>;
    /** Largest volume, GB. */
    readonly maxGb: number;
  };
  /** One public IPv4 address per month. */
  readonly addressMonthly: number;
  readonly sizes: readonly Size[];
}

/** Key of a price that is the same wherever the machine runs. */
export const everyRegion = "*";

/** Hours that all three providers count to the month. */
export const hoursPerMonth = 730;

/** Rounds an amount of money to cents. */
export function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

/** The price in a region, or undefined where the table has none: never 0. */
export function priceIn(
  prices: Readonly<Record<string, number>>,
  region: string,
): number | undefined {
  return prices[region] ?? prices[everyRegion];
}
