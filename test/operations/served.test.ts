import { describe, expect, it } from "vitest";

import { readServed, servedConcerns, servedText } from "../../operations/fleet/served";
import type { Site } from "../../components/placement/sites";

const site = (slug: string, external = false): Site => ({
  ...{ slug, httpPort: 18_000, serve: [`${slug}.example`], redirect: [], hidden: false, external },
});
const said = (...sites: object[]) =>
  `uptime: 5\nproxy: ${JSON.stringify({ running: true, image: "x", sites })}\nend: yes\n`;
const shop = {
  slug: "shop",
  certificate: { sha256: "AA", notAfter: "2027-01-31T12:00:00Z" },
  originPulls: "enforced",
};
const now = new Date("2026-12-01T12:00:00Z");

describe("what a machine serves to the edge", () => {
  it("is read of what its proxy says, and not of anything else", () => {
    expect(readServed(said(shop))).toEqual([
      { slug: "shop", ends: new Date("2027-01-31T12:00:00Z"), originPulls: "enforced" },
    ]);
    expect(readServed(said({ ...shop, certificate: null }))?.[0]).toEqual({
      slug: "shop",
      originPulls: "enforced",
    });
    expect(readServed("uptime: 5\n")).toBeUndefined();
    expect(readServed("proxy: {}\n")).toBeUndefined();
    expect(readServed(said({ ...shop, originPulls: "perhaps" }))).toBeUndefined();
    expect(readServed(said({ ...shop, certificate: { notAfter: "soon" } }))).toBeUndefined();
  });

  it("needs a person where a site has no certificate, or one that nobody renewed", () => {
    const ending = (notAfter: string) =>
      servedConcerns([site("shop")], readServed(said({ ...shop, certificate: { notAfter } })), now);
    expect(ending("2027-01-31T12:00:00Z")).toEqual([]);
    expect(ending("2027-01-29T12:00:00Z")).toEqual([
      "the certificate of shop ends in 59 days; run pulumi up",
    ]);
    expect(ending("2026-11-30T12:00:00Z")).toEqual([
      "the certificate of shop ended on 2026-11-30; run pulumi up",
    ]);
    expect(servedConcerns([site("shop"), site("club")], readServed(said(shop)), now)).toEqual([
      "serves no certificate for club; run pulumi up",
    ]);
    expect(servedConcerns([site("shop")], undefined, now)).toEqual([
      "did not tell what its proxy serves",
    ]);
    expect(servedConcerns([site("clinic", true)], undefined, now)).toEqual([]);
    expect(servedConcerns([], undefined, now)).toEqual([]);
  });

  it("needs a person where the machine could not order one itself, whoever else is well", () => {
    const clinic = {
      slug: "clinic",
      certificate: null,
      originPulls: "absent",
      renewal: "rate limited",
    };
    const ending = { ...clinic, certificate: { notAfter: "2026-12-20T12:00:00Z" } };
    const asked = (...sites: object[]) =>
      servedConcerns([site("shop"), site("clinic", true)], readServed(said(shop, ...sites)), now);
    expect(asked(clinic)).toEqual([
      "could not order the certificate of clinic (it has none): rate limited",
    ]);
    expect(asked(ending)).toEqual([
      "could not order the certificate of clinic (the present one ends on 2026-12-20): rate limited",
    ]);
    expect(asked({ ...ending, renewal: null })).toEqual([]);
  });

  it("is told with its end, and whether the edge must show itself", () => {
    const [read] = readServed(said(shop))!;
    expect(servedText(read!)).toBe("shop until 2027-01-31, the edge's is demanded");
    expect(servedText({ slug: "club", originPulls: "optional" })).toBe(
      "club no certificate, the edge's is asked for",
    );
  });
});
