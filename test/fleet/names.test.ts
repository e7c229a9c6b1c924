import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isUnder, namesFor, zoneOf } from "../../components/fleet/names";
import { domainPattern } from "../../components/fleet/formats";

describe("namesFor", () => {
  it.each([
    ["cryptsend.io", undefined, "origin.cryptsend.io", "direct.cryptsend.io"],
    ["www.example.org", undefined, "origin.www.example.org", "direct.www.example.org"],
    ["kmc.countable.ca", undefined, "kmc-origin.countable.ca", "kmc-direct.countable.ca"],
    ["a.kmc.countable.ca", undefined, "a-origin.kmc.countable.ca", "a-direct.kmc.countable.ca"],
    ["countable.ca", undefined, "origin.countable.ca", "direct.countable.ca"],
    ["notcountable.ca", undefined, "origin.notcountable.ca", "direct.notcountable.ca"],
    ["cryptsend.io", "prod-b", "origin-prod-b.cryptsend.io", "direct.cryptsend.io"],
    ["kmc.countable.ca", "prod-b", "kmc-origin-prod-b.countable.ca", "kmc-direct.countable.ca"],
    ["countable.ca", "prod-b", "origin-prod-b.countable.ca", "direct.countable.ca"],
  ])("of %s on %s are %s and %s (R23-R25)", (domain, host, origin, direct) => {
    expect(namesFor(domain, ["countable.ca"], host)).toEqual({ primary: domain, origin, direct });
  });

  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
  const domain = fc
    .tuple(fc.array(label, { minLength: 1, maxLength: 4 }), fc.constantFrom("org", "ca", "io"))
    .map(([labels, top]) => [...labels, top].join("."));

  it("are three different valid names under the same parent domain", () => {
    fc.assert(
      fc.property(domain, fc.array(domain, { maxLength: 3 }), (name, agency) => {
        const names = Object.values(namesFor(name, agency));
        expect(new Set(names).size).toBe(3);
        for (const derived of names) expect(derived).toMatch(domainPattern);
        const suffixed = agency.some((own) => isUnder(name, own));
        const parent = suffixed ? name.slice(name.indexOf(".") + 1) : name;
        expect(names.slice(1).every((derived) => isUnder(derived, parent))).toBe(true);
      }),
    );
  });

  it("differ between host stacks in the origin alone", () => {
    fc.assert(
      fc.property(domain, label, label, (name, one, other) => {
        fc.pre(one !== other);
        const [first, second] = [namesFor(name, [], one), namesFor(name, [], other)];
        expect(first.origin).not.toBe(second.origin);
        expect([first.primary, first.direct]).toEqual([second.primary, second.direct]);
      }),
    );
  });
});

describe("zoneOf", () => {
  it.each([
    ["kmc.countable.ca", ["countable.ca", "example.org"], "countable.ca"],
    ["countable.ca", ["countable.ca"], "countable.ca"],
    ["a.dev.countable.ca", ["countable.ca", "dev.countable.ca", "ca"], "dev.countable.ca"],
    ["a.dev.countable.ca", ["dev.countable.ca", "countable.ca"], "dev.countable.ca"],
    ["notcountable.ca", ["countable.ca"], undefined],
    ["countable.ca", [], undefined],
  ])("of %s among %j is %s", (name, zones, zone) => {
    expect(zoneOf(name, zones)).toBe(zone);
  });
});
