import { cents, hoursPerMonth, type PriceList, type Size } from "../size";

const zone = "fr-par-1";

/** Takes the price in EUR per month as the products API gives it. */
function instance(name: string, vcpus: number, memoryGb: number, eur: number): Size {
  return {
    provider: "scaleway",
    name,
    vcpus,
    memoryGb,
    diskGb: 0,
    monthly: { [zone]: cents(eur) },
  };
}

/**
 * Scaleway instances, x86 alone: many application images have no arm build. STARDUST1-S is left
 * out: below 2 GB (R7) and rarely in stock.
 *
 * DEV1 and GP1 include a local disk, which Berth does not use: every node boots from a network
 * volume (`sbs_volume`). A local disk ties the machine to types with one at least as large, cannot
 * grow, and a change between local and network disk replaces the machine; with a volume every
 * resize is made in place.
 */
export const prices: PriceList = {
  provider: "scaleway",
  currency: "EUR",
  asOf: "2026-06-23",
  source:
    "products API of zone fr-par-1, as recorded in the test data of Scaleway's Terraform provider; " +
    "network volume (5K) 0.000118 and IPv4 address 0.004 an hour, from a published price note",
  volume: { perGb: { [zone]: 0.000118 * hoursPerMonth }, maxGb: 10_000 },
  addressMonthly: cents(0.004 * hoursPerMonth),
  sizes: [
    instance("DEV1-S", 2, 2, 6.55248),
    instance("DEV1-M", 3, 4, 14.74308),
    instance("DEV1-L", 4, 8, 31.2732),
    instance("DEV1-XL", 4, 12, 47.50548),
    instance("PLAY2-PICO", 1, 2, 10.4244),
    instance("PLAY2-NANO", 2, 4, 20.1042),
    instance("PLAY2-MICRO", 4, 8, 40.2084),
    instance("BASIC3-X2C-4G", 2, 4, 28.79777),
    instance("BASIC3-X2C-8G", 2, 8, 43.23425),
    instance("BASIC3-X4C-8G", 4, 8, 57.67073),
    instance("BASIC3-X4C-16G", 4, 16, 86.4685),
    instance("BASIC3-X8C-16G", 8, 16, 129.70275),
    instance("BASIC3-X8C-32G", 8, 32, 172.86181),
    instance("BASIC3-X16C-32G", 16, 32, 259.33031),
    instance("BASIC3-X16C-64G", 16, 64, 345.49805),
    instance("GP1-XS", 4, 16, 67.7586),
    instance("GP1-S", 8, 32, 139.2402),
    instance("GP1-M", 16, 64, 279.9696),
    instance("GP1-L", 32, 128, 565.1514),
    instance("GP1-XL", 48, 256, 1221.8886),
    instance("POP2-2C-8G", 2, 8, 53.655),
    instance("POP2-4C-16G", 4, 16, 107.31),
    instance("POP2-8C-32G", 8, 32, 211.7),
    instance("POP2-16C-64G", 16, 64, 430.7),
    instance("POP2-32C-128G", 32, 128, 861.4),
  ],
};
