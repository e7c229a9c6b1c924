import { describe, expect, it } from "vitest";
import {
  changed,
  expectProblem,
  hostStack,
  parse,
  problemsOf,
  prod,
  publicKey,
  put,
  type BadInput,
} from "./fixture";

describe("the role of a stack", () => {
  it("follows from the names stage and prod", () => {
    expect(parse(prod())).toMatchObject({ role: "environment", environment: "prod" });
    expect(parse({ ...prod(), stack: "stage" })).toMatchObject({ environment: "stage" });
    expect(parse(hostStack())).toMatchObject({ role: "host", environment: "prod" });
  });

  it("must be declared by any other stack", () => {
    const input = hostStack();
    put(input.config, ["environment"], undefined);
    expectProblem(input, {
      path: "berth:environment",
      message: "is missing: the stack prod-b must say which environment it serves",
      allowed: "stage, prod",
      fix: "add `berth:environment: prod`",
    });
  });

  it("must be declared as an environment that exists", () => {
    expectProblem(changed(hostStack(), [[["environment"], "production"]]), {
      path: "berth:environment",
      message: "is not an environment",
      received: '"production"',
      allowed: "stage, prod",
      fix: "choose the environment",
    });
  });

  it("must not be declared by an environment itself", () => {
    expectProblem(changed(prod(), [[["environment"], "prod"]]), {
      path: "berth:environment",
      message: "is set, but the stack prod is an environment itself",
      received: '"prod"',
      fix: "remove the line",
    });
  });
});

describe("a host stack", () => {
  it("takes a project's facts from the environment and its machine from itself", () => {
    const input = changed(hostStack(), [
      [["projects"], { kmc: { node: "kmc-east" }, intranet: { node: "kmc-east" } }],
      [["nodes", "kmc-east"], { memoryGb: 8 }],
    ]);
    const fleet = parse(input);
    expect(fleet.projects.map(({ slug, domain, node }) => [slug, domain, node])).toEqual([
      ["intranet", "intra.example.org", "kmc-east"],
      ["kmc", "kmc.countable.ca", "kmc-east"],
    ]);
    expect(fleet.nodes).toHaveLength(1);
    expect(fleet.nodes[0]).toMatchObject({
      name: "kmc-east",
      residency: "canada",
      memoryGb: 8,
      projects: ["intranet", "kmc"],
    });
    expect(fleet.buckets.map(({ name }) => name)).toEqual(["countable-prod-backups-ca-central-1"]);
  });

  it("uses the environment's node name, but not its facts about it", () => {
    const input = changed(hostStack(), [[["projects"], { kmc: {}, clinic: {} }]]);
    const nodes = parse(input).nodes;
    expect(nodes.map(({ name }) => name)).toEqual(["clinic", "kmc"]);
    expect(nodes.map(({ memoryGb }) => memoryGb)).toEqual([2, 2]);
    expect(nodes.every(({ server }) => server === undefined)).toBe(true);
  });

  it("is itself not served by or moving to anything", () => {
    const input = hostStack();
    put(input.stackFiles, ["prod", "projects", "cryptsend", "servedBy"], "prod-b");
    const [project] = parse(input).projects;
    expect(project).not.toHaveProperty("servedBy");
  });

  it("may ask for more than the environment", () => {
    const input = changed(hostStack(), [
      [["projects", "cryptsend"], { needs: ["cognito"], residency: "canada", visitsPerDay: 2000 }],
      [["nodes", "cryptsend"], { size: "t3.large" }],
    ]);
    expect(parse(input).nodes[0]).toMatchObject({ needs: ["cognito"], residency: "canada" });
  });

  const table: readonly BadInput[] = [
    [
      "a project that the environment does not define",
      [[["projects"], { cryptsent: {} }]],
      {
        path: "berth:projects.cryptsent",
        message: "is not a project of Pulumi.prod.yaml",
        received: '"cryptsent"',
        allowed: "cryptsend, kmc",
        fix: "did you mean cryptsend?",
      },
    ],
    [
      "facts that are the environment's",
      [[["projects", "cryptsend", "domain"], "cryptsend.io"]],
      {
        path: "berth:projects.cryptsend.domain",
        message: "is not a key that Berth knows",
        allowed: "node, needs, residency, visitsPerDay, heavyCompute",
        fix: "remove it",
      },
    ],
    [
      "a residency looser than the environment's",
      [[["projects"], { kmc: { residency: "anywhere" } }]],
      {
        path: "berth:projects.kmc.residency",
        message: "would let data leave Canada, where Pulumi.prod.yaml keeps it (R3)",
        received: '"anywhere"',
        allowed: "canada",
        fix: "remove the line",
      },
    ],
    [
      "backups of its own",
      [[["backups"], { keepDays: 30 }]],
      {
        path: "berth:backups",
        message: "differs from the environment's",
        fix: "move the settings to Pulumi.prod.yaml",
      },
    ],
    [
      "visits that its own override brings",
      [[["projects", "cryptsend", "visitsPerDay"], 4000]],
      {
        path: "berth:projects.cryptsend.visitsPerDay",
        message: "needs a chosen size (R8)",
        received: "4000",
        fix: "berth:nodes.cryptsend",
      },
    ],
  ];

  it.each(table)("refuses %s", (_title, changes, expected) => {
    expectProblem(changed(hostStack(), changes), expected);
  });

  it("needs the environment's file", () => {
    expectProblem(
      { ...hostStack(), stackFiles: {} },
      {
        path: "berth:environment",
        message: "there is no Pulumi.prod.yaml",
        received: '"prod"',
        fix: "add Pulumi.prod.yaml",
      },
    );
  });

  it("names the environment's file where a definition is wrong", () => {
    const input = hostStack();
    put(input.stackFiles, ["prod", "projects", "cryptsend", "domain"], "CryptSend.io");
    put(input.stackFiles, ["prod", "projects", "cryptsend", "access"], ["nobody"]);
    put(input.stackFiles, ["prod", "projects", "kmc", "domain"], "not of this host stack");
    expect(problemsOf(input).map(({ path }) => path)).toEqual([
      "Pulumi.prod.yaml: berth:projects.cryptsend.domain",
      "Pulumi.prod.yaml: berth:projects.cryptsend.access[0]",
    ]);
  });

  it("has origin names that no project of the environment may take", () => {
    const input = hostStack();
    put(input.stackFiles, ["prod", "projects", "kmc", "domain"], "origin-prod-b.cryptsend.io");
    expectProblem(input, {
      path: "Pulumi.prod.yaml: berth:projects.kmc.domain",
      message:
        "takes origin-prod-b.cryptsend.io as its primary name, which is the origin name of cryptsend, at berth:projects.cryptsend",
      received: '"origin-prod-b.cryptsend.io"',
      fix: "change one of the two domains",
    });
  });

  it("leaves collisions among projects it does not hold to the environment", () => {
    const input = hostStack();
    put(input.stackFiles, ["prod", "projects", "kmc", "domain"], "portal.example.org");
    expect(problemsOf(input)).toEqual([]);
  });
});

describe("a machine of the client", () => {
  it("can be what a host stack brings", () => {
    const server = { address: "192.0.2.77", login: "admin", hostKey: publicKey(30) };
    const input = changed(hostStack(), [[["nodes", "cryptsend"], { server }]]);
    expect(parse(input).nodes[0]?.server).toEqual(server);
  });
});

describe("a file that cannot be read", () => {
  const problem = { path: "Pulumi.prod.yaml", message: "is no YAML", fix: "mend it" };
  const without = (stack: string) => ({ [stack]: [{ ...problem, path: `Pulumi.${stack}.yaml` }] });

  it("stops its own stack, and those that it defines", () => {
    const unreadable = without("prod");
    expect(problemsOf({ ...prod(), unreadable })).toEqual(unreadable["prod"]);
    const { stackFiles: _, ...host } = hostStack();
    expect(problemsOf({ ...host, stackFiles: {}, unreadable })).toEqual(unreadable["prod"]);
  });

  it("stops the environment whose projects it serves, and no other", () => {
    const unreadable = without("prod-b");
    const served = changed(prod(), [[["projects", "cryptsend", "servedBy"], "prod-b"]]);
    expect(problemsOf({ ...served, unreadable })).toEqual(unreadable["prod-b"]);
    expect(problemsOf({ ...prod(), unreadable })).toEqual([]);
  });
});
