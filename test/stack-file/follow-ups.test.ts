import { describe, expect, it } from "vitest";
import { changed, hostStack, problemsOf, prod, put, type BadInput } from "./fixture";

/** One wrong value each, on whose presence something else depends. */
const table: readonly (readonly [title: string, changes: BadInput[1], path: string])[] = [
  [
    "memory that decides about many visits",
    [
      [["projects", "kmc", "visitsPerDay"], 4000],
      [["nodes", "kmc", "memoryGb"], 1],
    ],
    "berth:nodes.kmc.memoryGb",
  ],
  [
    "needs that decide about the provider of a size",
    [
      [["nodes", "portal"], { size: "t3.small" }],
      [["projects", "portal", "needs"], "rds"],
    ],
    "berth:projects.portal.needs",
  ],
  [
    "a single need among them",
    [
      [["nodes", "portal"], { size: "t3.small" }],
      [["projects", "portal", "needs"], ["RDS"]],
    ],
    "berth:projects.portal.needs[0]",
  ],
  [
    "a backup in production",
    [[["projects", "kmc", "backup"], "daily"]],
    "berth:projects.kmc.backup",
  ],
  ["a member", [[["team", "members", "clark"], "key"]], "berth:team.members.clark"],
  [
    "a member's only key",
    [[["team", "members", "clark", "keys"], [1]]],
    "berth:team.members.clark.keys[0]",
  ],
  ["a group", [[["team", "groups", "leads"], "dana"]], "berth:team.groups.leads"],
  ["a group's only member", [[["team", "groups", "leads"], [1]]], "berth:team.groups.leads[0]"],
  ["the only deployer", [[["team", "deployers", "jenkins"], 7]], "berth:team.deployers.jenkins"],
  ["the roster", [[["team"], undefined]], "berth:team"],
  ["the agency", [[["agency"], "countable"]], "berth:agency"],
  ["a zone's id", [[["agency", "zones", "example.org"], "x"]], 'berth:agency.zones["example.org"]'],
  ["a project with a node entry", [[["projects", "clinic"], null]], "berth:projects.clinic"],
  ["the name of a node", [[["projects", "shop", "node"], 1]], "berth:projects.shop.node"],
  [
    "a server that is managed",
    [[["nodes", "clinic"], { server: "192.0.2.10", manage: ["people"] }]],
    "berth:nodes.clinic.server",
  ],
  ["one entry of access", [[["projects", "kmc", "access"], [1]]], "berth:projects.kmc.access[0]"],
  [
    "a host stack's name on which retirement depends",
    [
      [["projects", "cryptsend", "servedBy"], 7],
      [["nodes", "cryptsend"], { retired: { since: "2026-11-01", snapshot: "s" } }],
    ],
    "berth:projects.cryptsend.servedBy",
  ],
];

describe("a wrong form is told once, without what follows from it:", () => {
  it.each(table)("%s", (_title, changes, path) => {
    expect(problemsOf(changed(prod(), changes)).map((problem) => problem.path)).toEqual([path]);
  });

  it("a definition in the environment's file", () => {
    const input = hostStack();
    put(input.stackFiles, ["prod", "projects", "cryptsend"], "cryptsend.io");
    expect(problemsOf(input).map(({ path }) => path)).toEqual([
      "Pulumi.prod.yaml: berth:projects.cryptsend",
    ]);
  });
});
