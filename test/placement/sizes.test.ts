import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oldPrices, pricesOf } from "../../components/placement/old-prices";
import { cheapest, findSize, largestDisk, satisfies } from "../../components/placement/choose";
import { cloudFacts } from "../../components/clouds/facts";
import { monthlyCost } from "../../components/clouds/cost";
import { priceIn, type Size } from "../../components/clouds/size";
import { clouds, type Cloud } from "../../components/fleet/fleet";
import { parse, prod } from "../stack-file/fixture";

/** Every place where Berth creates machines. */
const places: readonly (readonly [Cloud, string])[] = [
  ["digitalocean", "tor1"],
  ["scaleway", "fr-par-1"],
  ["aws", "us-east-1"],
  ["aws", "ca-central-1"],
];

function size(provider: Cloud, name: string): Size {
  const found = findSize(provider, name);
  if (found === undefined) throw new Error(`${provider} has no ${name}`);
  return found;
}

describe("the cheapest size", () => {
  it.each([
    ["digitalocean", "tor1", 2, 50, "s-1vcpu-2gb"],
    ["digitalocean", "tor1", 2, 60, "s-1vcpu-2gb-70gb-intel"],
    ["digitalocean", "tor1", 4, 50, "s-2vcpu-4gb"],
    ["digitalocean", "tor1", 3, 50, "s-2vcpu-4gb"],
    ["digitalocean", "tor1", 2, 200, "s-4vcpu-8gb-240gb-intel"],
    ["digitalocean", "tor1", 16, 50, "s-4vcpu-16gb-amd"],
    ["scaleway", "fr-par-1", 2, 50, "DEV1-S"],
    ["scaleway", "fr-par-1", 8, 500, "DEV1-L"],
    ["scaleway", "fr-par-1", 16, 50, "GP1-XS"],
    ["aws", "us-east-1", 2, 50, "t3.small"],
    ["aws", "ca-central-1", 4, 50, "t3.medium"],
    ["aws", "us-east-1", 64, 50, "m5.4xlarge"],
  ] as const)(
    "of %s in %s for %i GB and %i GB of disk is %s",
    (provider, region, memory, disk, name) => {
      expect(cheapest(provider, region, memory, disk)?.name).toBe(name);
    },
  );

  it("has no cheaper rival that satisfies too", () => {
    const request = fc.record({
      place: fc.constantFrom(...places),
      memory: fc.integer({ min: 2, max: 300 }),
      disk: fc.integer({ min: 50, max: 12_000 }),
    });
    fc.assert(
      fc.property(request, ({ place: [provider, region], memory, disk }) => {
        const list = cloudFacts[provider].prices;
        const rivals = list.sizes.filter((rival) => {
          const room = rival.diskGb > 0 ? rival.diskGb : (list.volume?.maxGb ?? 0);
          return rival.memoryGb >= memory && room >= disk;
        });
        const prices = rivals.map((rival) => {
          const perGb = list.volume && rival.diskGb === 0 ? priceIn(list.volume.perGb, region) : 0;
          return (priceIn(rival.monthly, region) ?? Infinity) + (perGb ?? Infinity) * disk;
        });
        const chosen = cheapest(provider, region, memory, disk);
        if (rivals.length === 0) {
          expect(chosen).toBeUndefined();
          return;
        }
        const chosenPrice = prices[rivals.findIndex((rival) => rival.name === chosen?.name)];
        expect(chosenPrice).toBeCloseTo(Math.min(...prices), 1);
      }),
    );
  });

  it("does not exist where the table has no prices, or for more than is sold", () => {
    expect(cheapest("aws", "eu-west-1", 2, 50)).toBeUndefined();
    expect(cheapest("scaleway", "nl-ams-1", 2, 50)).toBeUndefined();
    expect(cheapest("digitalocean", "tor1", 2, 5000)).toBeUndefined();
    expect(cheapest("scaleway", "fr-par-1", 2, 10_001)).toBeUndefined();
  });
});

describe("a month's cost", () => {
  it.each([
    ["digitalocean", "s-1vcpu-2gb", "tor1", 50, 12, 0, 0, 12, "USD"],
    ["digitalocean", "s-2vcpu-4gb", "nyc3", 80, 24, 0, 0, 24, "USD"],
    ["scaleway", "DEV1-S", "fr-par-1", 50, 6.55, 4.31, 2.92, 13.78, "EUR"],
    ["aws", "t3.small", "us-east-1", 50, 15.18, 4, 3.65, 22.83, "USD"],
    ["aws", "t3.small", "ca-central-1", 50, 16.94, 4.4, 3.65, 24.99, "USD"],
  ] as const)(
    "of %s %s in %s with %i GB",
    (provider, name, region, disk, machine, diskPrice, address, total, currency) => {
      expect(monthlyCost(cloudFacts[provider].prices, size(provider, name), region, disk)).toEqual({
        machine,
        disk: diskPrice,
        address,
        total,
        currency,
        asOf: cloudFacts[provider].prices.asOf,
      });
    },
  );

  it("is unknown, not 0, where the table has no price", () => {
    const list = cloudFacts.aws.prices;
    expect(monthlyCost(list, size("aws", "t3.small"), "eu-west-1", 50)).toBeUndefined();
  });
});

describe.each(clouds)("the table of %s", (cloud) => {
  const list = cloudFacts[cloud].prices;

  it("says its day and source", () => {
    expect(list.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(list.source.length).toBeGreaterThan(20);
  });

  it("has each size once, with 2 GB of memory, 50 GB of disk and a price (R7)", () => {
    expect(new Set(list.sizes.map(({ name }) => name)).size).toBe(list.sizes.length);
    for (const entry of list.sizes) {
      expect(entry.provider).toBe(cloud);
      expect(satisfies(entry, 2, 50)).toBe(true);
      expect(largestDisk(entry)).toBeGreaterThanOrEqual(50);
      expect(Object.values(entry.monthly).every((price) => price > 0)).toBe(true);
      expect(Object.keys(entry.monthly).length).toBeGreaterThan(0);
    }
  });
});

describe("prices older than 90 days", () => {
  const day = (text: string) => new Date(`${text}T12:00:00Z`);

  it("are said to be, to the day", () => {
    expect(pricesOf("2026-06-23", day("2026-09-21"))).toBe("2026-06-23");
    expect(pricesOf("2026-06-23", day("2026-09-22"))).toBe(
      "2026-06-23, 91 days old: look the price up",
    );
  });

  it("are told of the providers that a stack uses, once each", () => {
    const far = oldPrices(parse(prod()), day("2028-01-01"));
    expect(far.map((text) => /prices of (\w+)/.exec(text)?.[1])).toEqual([
      "aws",
      "digitalocean",
      "scaleway",
    ]);
    expect(oldPrices(parse(prod()), day(cloudFacts.scaleway.prices.asOf))).toEqual([]);
  });
});
