import { describe, expect, it } from "vitest";

import {
  countServers,
  createServersWherePlaced,
} from "../../policies/rules/create-servers-where-placed";
import { followPlacementRules } from "../../policies/rules/follow-placement-rules";
import { declaredOf } from "../../policies/judge/declared";
import { unknown, type Value, type Values } from "../../engine/values";
import { keepLiveMachines } from "../../policies/rules/keep-live-machines";
import { nameNodesBySlug } from "../../policies/rules/name-nodes-by-slug";
import { protectProductionServers } from "../../policies/rules/protect-production-servers";
import { serveTheDeclaredEnvironment } from "../../policies/rules/serve-the-declared-environment";
import { canadian, droplet, node, resource, told } from "./resources";

const aws: Values = {
  needs: ["rds"],
  provider: "aws",
  region: "us-east-1",
  rule: { name: "aws-need", number: 2 },
};
const clients: Values = {
  clientServer: true,
  provider: "client",
  region: null,
  rule: { name: "client-machine", number: 1 },
};

describe("a node follows the placement rules", () => {
  it.each([
    ["Scaleway when nothing restricts it", {}],
    ["Toronto when it must be in Canada", canadian],
    ["AWS when it needs RDS", aws],
    ["AWS in Canada when it needs both", { ...aws, residency: "canada", region: "ca-central-1" }],
    ["the client's machine, whatever else it needs", { ...aws, ...clients }],
    [
      "where an adopted machine is",
      { adopted: true, provider: "digitalocean", region: "nyc3", rule: { number: 11 } },
    ],
  ])("passes %s", (_, facts) => {
    expect(told(followPlacementRules(node(facts)))).toEqual([]);
  });

  it.each([
    [
      "the wrong provider for Canada",
      { residency: "canada" },
      "placed at scaleway, but it must be in Canada (R3). Fix: place it at digitalocean",
    ],
    ["the wrong region for Canada", { ...canadian, region: "nyc3" }, "region tor1 (Toronto)"],
    [
      "Canada before an AWS need",
      { ...canadian, needs: ["cognito"] },
      "it needs cognito and must be in Canada (R5)",
    ],
    ["AWS outside Canada", { ...aws, residency: "canada" }, "placed in region us-east-1"],
    ["a cloud for a client's machine", { clientServer: true }, "place it at client"],
    ["a rule that did not decide", { rule: { number: 2 } }, "it names rule 2"],
    ["a residency that no rule covers", { residency: "germany" }, "residency germany"],
  ])("refuses %s", (_, facts, message) => {
    expect(told(followPlacementRules(node(facts))).join("\n")).toContain(message);
  });

  it("reports a fact that is not known instead of passing the node", () => {
    expect(told(followPlacementRules(node({ residency: unknown })))).toEqual([
      "not judged: shop.residency",
    ]);
    expect(told(followPlacementRules(node({ provider: unknown })))).toEqual([
      "not judged: shop.provider",
    ]);
  });
});

describe("a server is where its node was placed", () => {
  const canada = node(canadian);

  it("passes one in the right place", () => {
    const server = droplet({ region: "tor1" }, canada);
    expect(told(createServersWherePlaced(server))).toEqual([]);
    expect(told(countServers([canada, server]))).toEqual([]);
  });

  it("refuses another region, even when the node's own fact agrees with it", () => {
    const node_ = node({ ...canadian, region: "nyc3" });
    expect(told(createServersWherePlaced(droplet({ region: "nyc3" }, node_)))).toEqual([
      expect.stringContaining("it is in nyc3, but it must be in Canada (R3)"),
    ]);
  });

  it("refuses a region other than the node's where the rules leave it open", () => {
    const server = resource("scaleway:instance/server:Server", { zone: "nl-ams-1" });
    expect(told(createServersWherePlaced({ ...server, parent: node() }))).toEqual([
      expect.stringContaining("but its node says fr-par-1"),
    ]);
  });

  it("refuses another provider, and any server for a client's machine", () => {
    expect(told(createServersWherePlaced(droplet({ region: "tor1" }, node())))).toEqual([
      expect.stringContaining("create it at scaleway"),
    ]);
    expect(told(createServersWherePlaced(droplet({ region: "tor1" }, node(clients))))).toEqual([
      expect.stringContaining("create none"),
    ]);
  });

  it("takes the provider's region when the server names none", () => {
    const server = resource("aws:ec2/instance:Instance", {}, { parent: node(aws) });
    expect(
      told(createServersWherePlaced({ ...server, provider: { region: "us-east-1" } })),
    ).toEqual([]);
    expect(told(createServersWherePlaced(server))).toHaveLength(1);
  });

  it("refuses a server of no node, and a node of no server or of two", () => {
    const stray = resource("digitalocean:index/droplet:Droplet", { region: "tor1" });
    expect(told(createServersWherePlaced(stray))).toHaveLength(1);
    expect(told(countServers([canada]))).toEqual([expect.stringContaining("it has 0 servers")]);
    const server = droplet({ region: "tor1" }, canada);
    expect(told(countServers([canada, server, { ...server, urn: "other" }]))).toHaveLength(1);
    expect(told(countServers([node(clients)]))).toEqual([]);
  });

  it("reports a region that is not known", () => {
    expect(told(createServersWherePlaced(droplet({ region: unknown }, canada)))).toEqual([
      "not judged: droplet.region",
    ]);
  });
});

describe("a node is named after its project", () => {
  it.each([
    ["the slug", "shop"],
    ["slug and client", "shop-acme"],
  ])("passes %s", (_, name) => {
    const owner = node({ node: name });
    expect(told(nameNodesBySlug(owner))).toEqual([]);
    expect(told(nameNodesBySlug(droplet({ name }, owner)))).toEqual([]);
  });

  it.each([
    ["another name", "web-1"],
    ["a slug that only begins alike", "shopping"],
    ["a client's name in the wrong form", "shop-Acme"],
  ])("refuses %s", (_, name) => {
    expect(told(nameNodesBySlug(node({ node: name })))).toEqual([
      expect.stringContaining(`the node is named ${name}; its projects: shop`),
    ]);
  });

  it("refuses a server that is named differently, but for an adopted one", () => {
    expect(told(nameNodesBySlug(droplet({ name: "ubuntu-1" }, node())))).toEqual([
      expect.stringContaining("set name to shop"),
    ]);
    const instance = resource(
      "aws:ec2/instance:Instance",
      { tags: { Name: "x" } },
      { parent: node() },
    );
    expect(told(nameNodesBySlug(instance))).toEqual([
      expect.stringContaining("set tags.Name to shop"),
    ]);
    expect(told(nameNodesBySlug(droplet({ name: "old" }, node({ adopted: true }))))).toEqual([]);
  });

  it("reports projects that are not known", () => {
    expect(told(nameNodesBySlug(node({ projects: unknown })))).toEqual([
      "not judged: shop.projects",
    ]);
  });
});

describe("a live machine is kept", () => {
  it("passes a server that ignores changes of what it was made from", () => {
    const server = droplet({}, node(), { ignoreChanges: ["image", "userData"] });
    expect(told(keepLiveMachines(server))).toEqual([]);
  });

  it("refuses one that a newer image or other user data would replace", () => {
    expect(told(keepLiveMachines(droplet({}, node(), { ignoreChanges: ["image"] })))).toEqual([
      expect.stringContaining("a change of userData would replace it"),
    ]);
  });
});

describe("a node serves the environment that its stack declares", () => {
  const judge = (environment: Value, stack: string, declared?: string) =>
    told(
      serveTheDeclaredEnvironment(
        node({ environment }, { stack }),
        declaredOf({ environment: declared }),
      ),
    );

  it("passes what the stack is named after, and what a host stack declares", () => {
    expect(judge("prod", "prod")).toEqual([]);
    expect(judge("stage", "stage-b", "stage")).toEqual([]);
  });

  it("refuses another, and a host stack that declares none", () => {
    expect(judge("stage", "prod", "stage")).toEqual([
      expect.stringContaining("set its environment"),
    ]);
    expect(judge("stage", "prod-b", "prod")).toHaveLength(1);
    expect(judge("prod", "prod-b")).toEqual([expect.stringContaining("declare berth:environment")]);
    expect(judge(unknown, "prod")).toEqual(["not judged: shop.environment"]);
  });
});

describe("production servers and their addresses are protected", () => {
  const ip = (given: Parameters<typeof resource>[2]) =>
    resource("scaleway:instance/ip:Ip", {}, given);

  it("passes what is protected, what was released, and what is not production", () => {
    const stage = { stack: "stage" };
    const stageNode = node({ environment: "stage" }, stage);
    expect(told(protectProductionServers(droplet({}, node(), { protect: true })))).toEqual([]);
    const leaving = node({ retired: true, released: true });
    expect(told(protectProductionServers(droplet({}, leaving)))).toEqual([]);
    expect(told(protectProductionServers(droplet({}, stageNode, stage)))).toEqual([]);
  });

  it("refuses one that is retired only: its protection stays until it may go", () => {
    const retired = droplet({}, node({ retired: true }));
    expect(told(protectProductionServers(retired))).toEqual([
      expect.stringContaining("it is in production and not protected"),
    ]);
  });

  it("refuses an unprotected server and an unprotected address", () => {
    for (const resource_ of [droplet({}, node()), ip({ parent: node() })]) {
      expect(told(protectProductionServers(resource_))).toEqual([
        expect.stringContaining("it is in production and not protected"),
      ]);
    }
  });

  it("refuses an unprotected machine of a host stack that serves production", () => {
    const owner = node({}, { stack: "prod-b" });
    expect(told(protectProductionServers(droplet({}, owner, { stack: "prod-b" })))).toHaveLength(1);
  });

  it("takes the stack prod for production whatever a node says", () => {
    expect(
      told(protectProductionServers(droplet({}, node({ environment: "stage" })))),
    ).toHaveLength(1);
  });

  it("refuses an unprotected adopted machine in every environment", () => {
    const stage = { stack: "stage" };
    const owner = node({ environment: "stage", adopted: true }, stage);
    expect(told(protectProductionServers(droplet({}, owner, stage)))).toEqual([
      expect.stringContaining("it is an adopted machine"),
    ]);
  });

  it("reports an environment that is not known", () => {
    const given = { stack: "prod-b" };
    const owner = node({ environment: unknown }, given);
    expect(told(protectProductionServers(droplet({}, owner, given)))).toEqual([
      "not judged: shop.environment",
    ]);
  });
});
