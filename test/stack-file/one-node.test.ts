import { describe, expect, it } from "vitest";

import { ConfigError } from "../../components/fleet/problem";
import { nodeOf, type DeclaredNode } from "../../components/stack-file/one-node";
import { parse, publicKey, shared, today } from "./fixture";

const { agency, team } = shared() as unknown as Pick<DeclaredNode, "agency" | "team">;
const shop = { slug: "shop", domain: "shop.example.org", access: ["everyone"], backup: {} };
const declared: DeclaredNode = { projects: [shop], team, agency };

/** What a declaration is refused for, as `place: message`. */
function problems(changes: object, stack = "stage", name = "shop"): string[] {
  try {
    nodeOf(name, { ...declared, ...changes }, stack, today);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

describe("a node that is declared in a program", () => {
  it("is what a stack file with the same words declares", () => {
    const { slug: _, ...facts } = shop;
    const { fleet, node } = nodeOf("shop", declared, "stage", today);
    const written = parse({
      stack: "stage",
      stackFiles: {},
      config: { ...shared(), projects: { shop: facts } },
    });
    expect(fleet).toEqual(written);
    expect(node).toEqual(written.nodes[0]);
  });

  it("has everything derived that can be", () => {
    const { fleet, node } = nodeOf("shop", declared, "stage", today);
    expect(node).toMatchObject({
      placement: { provider: "scaleway", login: "root" },
      manage: ["people", "firewall", "proxy", "deploy"],
      memoryGb: 2,
      diskGb: 50,
      residents: [
        {
          access: ["clark", "dana"],
          zone: "example.org",
          archives: { prefix: "backups/shop/", bucket: fleet.buckets[0] },
        },
      ],
    });
  });

  it("takes several projects, under the name of one of them", () => {
    const blog = { ...shop, slug: "blog", domain: "blog.example.org", needs: ["rds"] as const };
    const { node } = nodeOf("shop-acme", { ...declared, projects: [shop, blog] }, "prod", today);
    expect(node).toMatchObject({ projects: ["blog", "shop"], placement: { provider: "aws" } });
  });

  it("belongs to the stack it is deployed with, whatever that one is called", () => {
    const other: DeclaredNode = { ...declared, environment: "prod" };
    const { fleet } = nodeOf("shop", other, "shop-live", today);
    expect(fleet).toMatchObject({ stack: "shop-live", environment: "prod" });
    expect(fleet.buckets[0]).toMatchObject({ name: "countable-prod-backups-us-east-1" });
  });

  it.each<[string, object, string, RegExp]>([
    ["no environment", {}, "dev", /^node shop: environment: is missing: the stack dev/],
    ["an unknown one", { environment: "live" }, "dev", /environment: is no environment/],
    [
      "another than the stack's",
      { environment: "prod" },
      "stage",
      /is not what the stack stage is/,
    ],
    ["nothing to live on it", { projects: [] }, "stage", /^node shop: projects: is empty/],
    [
      "a slug twice",
      { projects: [shop, shop] },
      "stage",
      /projects\[1\]\.slug: is that of projects/,
    ],
    ["no slug", { projects: [{ ...shop, slug: undefined }] }, "stage", /slug: is missing/],
    [
      "another node",
      { projects: [{ ...shop, node: "x" }] },
      "stage",
      /shop\.node: is not a single/,
    ],
    [
      "who serves it",
      { projects: [{ ...shop, servedBy: "prod-b" }] },
      "stage",
      /shop\.servedBy: is not a single node's to say/,
    ],
    [
      "an end without a record",
      { node: { retired: { since: "2026-11-01", snapshot: "1", remove: true } } },
      "prod",
      /^node shop: berth:nodes\.shop\.retired: is not a single node's to say/,
    ],
    [
      "a value of the engine's",
      { node: { server: { address: new (class Output {})(), login: "root", hostKey: "x" } } },
      "stage",
      /^node shop: arguments\.node\.server\.address: is no plain value/,
    ],
    [
      "what a stack file is refused for",
      { projects: [{ ...shop, domain: "shop.example.net" }] },
      "stage",
      /^node shop: berth:projects\.shop\.domain: /,
    ],
    ["an unknown key", { node: { memory: 4 } }, "stage", /^node shop: berth:nodes\.shop\.memory: /],
    [
      "a deployer's bad key",
      { team: { ...team, deployers: { jenkins: `${publicKey(4)}\nssh-rsa x` } } },
      "stage",
      /^node shop: berth:team\.deployers\.jenkins: /,
    ],
  ])("is refused with %s, at its place", (_, changes, stack, said) => {
    expect(problems(changes, stack)).toEqual([expect.stringMatching(said)]);
  });

  it("is not named after a project that lives elsewhere (R9)", () => {
    expect(problems({}, "stage", "store")).toEqual([
      expect.stringMatching(/^node store: .*is not a name for the node of these projects/),
    ]);
  });
});
