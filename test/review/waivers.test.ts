import { describe, expect, it } from "vitest";

import { accessFacts } from "../../components/machine/access-facts";
import { readWaivers, waiverFor } from "../../policies/judge/waivers";
import { policies } from "../../policies/index";
import type { Resource } from "../../policies/judge/resource";
import { parse, problemsOf, prod, publicKey } from "../stack-file/fixture";

const waiver = {
  policy: "keep-other-ports-closed",
  resource: "kmc-firewall",
  reason: "the client's VPN",
  owner: "clark",
  until: "2026-12-31",
};
describe("a waiver in a stack file", () => {
  it("is taken when it has a target, a reason, an owner and an end", () => {
    const input = prod();
    input.config["waivers"] = [waiver];
    expect(() => parse(input)).not.toThrow();
    input.config["waivers"] = [{ ...waiver, until: "2026-11-21" }];
    expect(() => parse(input), "its last day").not.toThrow();
    input.config["waivers"] = [{ ...waiver, until: "2026-12-31 00:00:00 +0000 UTC" }];
    expect(() => parse(input), "as the engine hands on a date without quotes").not.toThrow();
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ["without a reason", { reason: undefined }, "berth:waivers[0].reason", "missing"],
    ["with an empty reason", { reason: " " }, "berth:waivers[0].reason", "reason"],
    ["past its date", { until: "2026-11-20" }, "berth:waivers[0].until", "past"],
    ["without a date", { until: undefined }, "berth:waivers[0].until", "missing"],
    ["on no day", { until: "2026-02-30" }, "berth:waivers[0].until", "calendar"],
    ["for ever", { until: "2036-01-01" }, "berth:waivers[0].until", "year ahead"],
    ["of nobody", { owner: "mallory" }, "berth:waivers[0].owner", "no member"],
    ["for nothing", { resource: undefined }, "berth:waivers[0]", "either a resource or a node"],
    ["for two things", { node: "kmc" }, "berth:waivers[0]", "either a resource or a node"],
    ["for no node", { resource: undefined, node: "kmd" }, "berth:waivers[0].node", "no node"],
    ["with an unknown key", { forever: true }, "berth:waivers[0].forever", "not a key"],
  ])("is refused %s", (_, change, path, message) => {
    const input = prod();
    input.config["waivers"] = [
      Object.fromEntries(
        Object.entries({ ...waiver, ...change }).filter(([, value]) => value !== undefined),
      ),
    ];
    const found = problemsOf(input).filter((problem) => problem.path === path);
    expect(found.map((problem) => problem.message).join()).toContain(message);
    expect(found.every(({ fix }) => fix !== "")).toBe(true);
  });
});

describe("a waiver in the policy pack", () => {
  const resource = (name: string, type: string, parent?: Resource): Resource => ({
    urn: `urn:pulumi:prod::berth::${type}::${name}`,
    type,
    name,
    inputs: {},
    secrets: [],
    protect: false,
    ignoreChanges: [],
    parent,
    dependencies: {},
    provider: undefined,
  });
  const node = resource("kmc", "berth:index:ProjectNode");
  const firewall = resource("kmc-firewall", "digitalocean:index/firewall:Firewall", node);
  const find = (entry: Record<string, unknown>, target: Resource | undefined, today: string) =>
    waiverFor(readWaivers(JSON.stringify([{ ...waiver, ...entry }])), waiver.policy, target, today);

  it("holds for its resource, or for all that belongs to its node, up to its last day", () => {
    expect(find({}, firewall, "2026-12-31")).toBeDefined();
    expect(find({ resource: "", node: "kmc" }, firewall, "2026-12-31")).toBeDefined();
    expect(find({ resource: "", node: "kmc" }, node, "2026-12-31")).toBeDefined();
    expect(find({}, firewall, "2027-01-01")).toBeUndefined();
    expect(find({}, node, "2026-12-31")).toBeUndefined();
    expect(find({ policy: "encrypt-buckets" }, firewall, "2026-12-31")).toBeUndefined();
    expect(find({}, undefined, "2026-12-31")).toBeUndefined();
  });

  it.each(["reason", "owner", "until", "policy", "resource"])(
    "waives nothing without %s",
    (key) => {
      expect(find({ [key]: "" }, firewall, "2026-12-31")).toBeUndefined();
    },
  );

  it("waives nothing when the configuration is no list", () => {
    for (const text of [undefined, "", "{}", "nonsense", "[1, null]"])
      expect(readWaivers(text)).toEqual([]);
  });

  it("has no policy of the name by which destruction is approved", () => {
    expect(policies.map(({ name }) => name)).not.toContain("data-destruction");
  });
});

describe("the facts about access", () => {
  it("name people and deployers by the fingerprints that ssh-keygen prints", () => {
    const key =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMDgZWqIi/wq1ea4iiYLeBlaZ4KjOBC01l/oL8nck4eA ana";
    const machine = {
      owner: "berth/prod",
      initialAccount: "root",
      members: [{ name: "ana", keys: [key] }],
      deployerKeys: [publicKey(7, "ci")],
      manage: ["people", "firewall", "proxy", "deploy"],
      openings: [],
      sites: [],
      deliveries: [],
      backups: [],
      madeByBerth: true,
    } as const;
    const facts = accessFacts(machine);
    expect(Object.keys(facts.deployers)).toEqual(["ci"]);
    expect(facts.people["ana"]![0]).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect(accessFacts({ ...machine, manage: [] })).toEqual({ people: {}, deployers: {} });
  });
});
