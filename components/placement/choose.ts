import type { Cloud } from "../fleet/fleet";
import { monthlyCost } from "../clouds/cost";
import { cloudFacts } from "../clouds/facts";
import type { Size } from "../clouds/size";

/** The provider's size of that name, or undefined when the table has none. */
export function findSize(provider: Cloud, name: string): Size | undefined {
  return cloudFacts[provider].prices.sizes.find((size) => size.name === name);
}

/** Whether a machine of this size can have that much memory and disk, both in GB. */
export function satisfies(size: Size, memoryGb: number, diskGb: number): boolean {
  return size.memoryGb >= memoryGb && diskGb <= largestDisk(size);
}

/** The largest root disk in GB that a machine of this size can have. */
export function largestDisk(size: Size): number {
  return size.diskGb > 0 ? size.diskGb : (cloudFacts[size.provider].prices.volume?.maxGb ?? 0);
}

/**
 * The cheapest size with at least that much memory and disk (GB), disk and address included.
 * Among equals: more processors, then more disk, then the name, so that the answer is one.
 * Undefined: the provider has none in that region.
 */
export function cheapest(
  provider: Cloud,
  region: string,
  memoryGb: number,
  diskGb: number,
): Size | undefined {
  const list = cloudFacts[provider].prices;
  let best: { readonly size: Size; readonly total: number } | undefined;
  for (const size of list.sizes) {
    const total = monthlyCost(list, size, region, diskGb)?.total;
    if (total === undefined || !satisfies(size, memoryGb, diskGb)) continue;
    if (best === undefined || precedes(size, total, best.size, best.total)) best = { size, total };
  }
  return best?.size;
}

function precedes(a: Size, aTotal: number, b: Size, bTotal: number): boolean {
  if (aTotal !== bTotal) return aTotal < bTotal;
  if (a.vcpus !== b.vcpus) return a.vcpus > b.vcpus;
  if (a.diskGb !== b.diskGb) return a.diskGb > b.diskGb;
  return a.name < b.name;
}
