import { cents, priceIn, type PriceList, type Size } from "./size";

/** What a machine costs in a month of running without pause: list price, before tax and traffic. */
export interface MonthlyCost {
  readonly machine: number;
  readonly disk: number;
  readonly address: number;
  readonly total: number;
  readonly currency: PriceList["currency"];
  /** Day of the prices. */
  readonly asOf: string;
}

/**
 * The cost of a size with a root disk of `diskGb` in a region. Undefined where the table has no
 * price: an unknown cost is never shown as 0.
 */
export function monthlyCost(
  list: PriceList,
  size: Size,
  region: string,
  diskGb: number,
): MonthlyCost | undefined {
  const machine = priceIn(size.monthly, region);
  const disk = diskPrice(list, size, region, diskGb);
  if (machine === undefined || disk === undefined) return undefined;
  const address = list.addressMonthly;
  const total = cents(machine + disk + address);
  return { machine, disk, address, total, currency: list.currency, asOf: list.asOf };
}

function diskPrice(
  list: PriceList,
  size: Size,
  region: string,
  diskGb: number,
): number | undefined {
  if (size.diskGb > 0) return 0;
  const perGb = list.volume === undefined ? undefined : priceIn(list.volume.perGb, region);
  return perGb === undefined ? undefined : cents(perGb * diskGb);
}
