import { describe, expect, it } from "vitest";

import { deliveryOf } from "../../components/placement/deliveries";
import { deliveredText, deliveryConcerns, readDelivered } from "../../operations/fleet/delivered";

const commit = "0123456789abcdef0123456789abcdef01234567";
const said = (...sites: object[]) => `uptime: 5\nsites: ${JSON.stringify({ sites })}\nend: yes\n`;
const declared = ["shop", "club"].map((slug) =>
  deliveryOf(
    {
      ...{ slug, domain: `${slug}.example`, dns: "cloudflare", furtherNames: [] },
      repository: "https://git.example/x.git",
    },
    "prod",
  )!,
);
const shop = {
  ...{ slug: "shop", commit, at: "2026-11-29T12:00:00Z", by: "ana", verdict: "delivered" },
  ...{ history: [], running: true, services: { web: "healthy" }, delivering: false },
};
const concerns = (...sites: object[]) =>
  deliveryConcerns([declared[0]!], readDelivered(said(...sites)));

describe("what a machine delivered", () => {
  it("is read of what it says, and not of anything else", () => {
    expect(readDelivered(said(shop))).toMatchObject([{ slug: "shop", commit }]);
    expect(readDelivered("uptime: 5\n")).toBeUndefined();
    expect(readDelivered("sites: {}\n")).toBeUndefined();
    expect(readDelivered(said({ ...shop, commit: "$(reboot)" }))?.[0]?.commit).toBeUndefined();
  });

  it("need not run where another machine serves it, and is not to have failed there either", () => {
    const stopped = readDelivered(said({ ...shop, running: false }));
    expect(deliveryConcerns([declared[0]!], stopped, new Set(["shop"]))).toEqual([]);
    expect(deliveryConcerns([declared[0]!], stopped, new Set(["club"]))).toHaveLength(1);
    const failed = readDelivered(said({ ...shop, running: false, verdict: "failed" }));
    expect(deliveryConcerns([declared[0]!], failed, new Set(["shop"]))).toHaveLength(1);
  });

  it("needs a person where it is missing, failed or does not run", () => {
    expect(concerns(shop)).toEqual([]);
    expect(concerns()).toEqual(["shop is not delivered; run berth deploy shop"]);
    expect(concerns({ ...shop, commit: null, verdict: null })).toEqual([
      "shop is not delivered; run berth deploy shop",
    ]);
    expect(
      concerns({ ...shop, verdict: "failed", history: [{ verdict: "failed", why: "no health" }] }),
    ).toEqual([
      "the last delivery of shop failed, 0123456789ab serves: no health; once that is put right: berth deploy shop",
    ]);
    expect(concerns({ ...shop, commit: null, verdict: "failed" })).toEqual([
      "shop could not be delivered; once that is put right: berth deploy shop",
    ]);
    expect(concerns({ ...shop, running: false })).toEqual([
      "shop was delivered and does not run; look: berth logs shop",
    ]);
    expect(concerns({ ...shop, commit: null, delivering: true })).toEqual([]);
  });

  it("is unknown, and no all-clear, where the machine does not tell", () => {
    expect(deliveryConcerns(declared, undefined)).toEqual(["did not tell what it delivers"]);
    expect(deliveryConcerns([], undefined)).toEqual([]);
    expect(deliveryConcerns(declared, readDelivered(said(shop)))).toEqual([
      "club is not delivered; run berth deploy club",
    ]);
  });

  it("is told with its commit, when and by whom", () => {
    const told = (site: object) => deliveredText(readDelivered(said(site))![0]!);
    expect(told(shop)).toBe("shop 0123456789ab since 2026-11-29T12:00:00Z by ana");
    expect(told({ ...shop, verdict: "failed" })).toContain(", last delivery: failed");
    expect(told({ slug: "shop" })).toBe("shop not delivered");
  });
});
