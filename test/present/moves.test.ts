import { describe, expect, it } from "vitest";

import { parseFleet } from "../../components/index";
import { historyOf } from "../../components/outputs/history";
import { leftNodeNotes, moveProblems } from "../../components/present/moves";
import { ownStateOf } from "../../components/present/own-state";
import { agency, hostKey, project } from "../engine/agency";

const types = {
  digitalocean: ["digitalocean:index/droplet:Droplet", "region"],
  scaleway: ["scaleway:instance/server:Server", "zone"],
} as const;

/** What is said where the node shop is declared so, and the last run left such a machine. */
function said(
  declared: { project?: object; node?: object; stack?: "stage" | "prod" },
  left: { at?: keyof typeof types; place?: string; output?: object },
): string {
  const { stack = "prod" } = declared;
  const shop = project("shop.example", { ...declared.project });
  const nodes = declared.node === undefined ? {} : { nodes: { shop: declared.node } };
  const config = { ...agency, projects: { shop }, ...nodes };
  const fleet = parseFleet({ stack, config, stackFiles: { [stack]: config } }, new Date());
  const [type, place] = types[left.at ?? "scaleway"];
  const own = ownStateOf(
    left.at === undefined
      ? {}
      : {
          [`urn:pulumi:${stack}::berth::x$${type}::shop-server`]: {
            type,
            outputs: { [place]: left.place },
          },
        },
  );
  const history = historyOf(stack, { nodes: left.output ? { shop: left.output } : {} });
  return moveProblems(fleet, fleet.nodes[0]!, own, history)
    .map(({ path, message, fix }) => `${path}: ${message}. ${fix}`)
    .join("\n");
}

const adopt = {
  ...{ provider: "digitalocean", id: "7001", region: "nyc3", size: "s-2vcpu-4gb", login: "root" },
  hostKey,
};

describe("a node whose declaration places it elsewhere than its machine is", () => {
  it("is refused in production, by the state, to another provider, region or the client", () => {
    const paris = { at: "scaleway", place: "fr-par-1" } as const;
    expect(said({}, paris)).toBe("");
    expect(said({}, { at: "scaleway", place: "nl-ams-1" })).toContain(
      "berth:nodes.shop: would go to scaleway, fr-par-1",
    );
    for (const [declared, goes] of [
      [{ project: { residency: "canada" } }, "digitalocean, tor1"],
      [{ project: { needs: ["rds"] } }, "aws, us-east-1"],
      [{ node: { server: { address: "192.0.2.7", login: "root", hostKey } } }, "client"],
      [{ node: { adopt } }, "digitalocean, nyc3"],
    ] as const) {
      expect(said(declared, paris)).toMatch(
        new RegExp(
          `^berth:nodes.shop: would go to ${goes} \\(.*runs in production \\(scaleway, fr-par-1\\)`,
        ),
      );
    }
  });

  it("is refused where the client's own machine served", () => {
    expect(said({}, { output: { provider: "client" } })).toContain("(the client's own)");
  });

  it("is no problem of stage, which keeps nothing, nor of a machine that the state does not know", () => {
    expect(said({ stack: "stage" }, { at: "digitalocean", place: "tor1" })).toBe("");
    expect(said({}, { output: { provider: "digitalocean", region: "tor1" } })).toBe("");
  });

  it("is refused everywhere where an adopted machine would become Berth's own", () => {
    const left = { at: "digitalocean", place: "nyc3", output: { adopted: "7001" } } as const;
    expect(said({ node: { adopt } }, left)).toBe("");
    for (const stack of ["stage", "prod"] as const) {
      expect(said({ stack, project: { residency: "canada" } }, left)).toMatch(
        /^berth:nodes.shop.adopt: is gone, but the node's machine is 7001.*write adopt with id "7001" again/,
      );
    }
  });
});

describe("a project that is declared on another node", () => {
  const shop = (node: string) => project("shop.example", { node });
  const club = project("club.example");
  const notes = (declared: object, nodes: object, servedBy = "prod") => {
    const config = { ...agency, projects: { club, ...declared }, nodes };
    const fleet = parseFleet({ stack: "prod", config, stackFiles: { prod: config } }, new Date());
    const outputs = {
      nodes: { "shop-north": { address: "192.0.2.7", projects: ["shop"] } },
      projects: { shop: { node: "shop-north", servedBy }, club: { node: "club" } },
    };
    return leftNodeNotes(fleet, historyOf("prod", outputs)).join("\n");
  };

  it("is told that its names go there and its data does not", () => {
    expect(notes({ shop: shop("club") }, {})).toMatch(
      /^This update leads the names of shop from the machine of shop-north to that of club; its data stays.*berth recover shop/,
    );
  });

  it("is told nothing where the node is the same under another name, or another stack serves", () => {
    const renamed = { "shop-south": { formerly: "shop-north" } };
    expect(notes({ shop: shop("shop-south") }, renamed)).toBe("");
    expect(notes({ shop: shop("shop-north") }, {})).toBe("");
    expect(notes({ shop: shop("club") }, {}, "prod-b")).toBe("");
  });
});
