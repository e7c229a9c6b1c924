import { describe, expect, it } from "vitest";
import {
  changed,
  expectProblem,
  hostStack,
  parse,
  problemsOf,
  prod,
  type BadInput,
} from "./fixture";

const onClinic = ["nodes", "clinic", "accounts"] as const;
const leadsAlone: BadInput[1][number] = [["projects", "clinic", "access"], ["leads"]];

const table: readonly BadInput[] = [
  [
    "on a machine that Berth makes",
    [[["nodes", "kmc", "accounts"], ["clark"]]],
    {
      path: "berth:nodes.kmc.accounts",
      message: "is only for machines that exist already",
      received: '"clark"',
      allowed: "together with server or adopt",
      fix: "remove the line, or describe the machine under server or adopt",
    },
  ],
  [
    "of a name like a member's",
    [[onClinic, ["clark", "dona"]]],
    {
      path: "berth:nodes.clinic.accounts[1]",
      message: "is not a member of the team",
      received: '"dona"',
      allowed: "clark, dana",
      fix: "did you mean dana?",
    },
  ],
  [
    "of a group",
    [[onClinic, ["everyone"]]],
    {
      path: "berth:nodes.clinic.accounts[0]",
      message: "is not a member of the team",
      received: '"everyone"',
      allowed: "clark, dana",
      fix: "add the member and give access, or remove the name",
    },
  ],
  [
    "of a member without access there",
    [leadsAlone, [onClinic, ["clark", "dana"]]],
    {
      path: "berth:nodes.clinic.accounts[0]",
      message: "is a member without access to clinic",
      received: '"clark"',
      allowed: "dana",
      fix: "add the member to access of a project on this machine",
    },
  ],
  [
    "that is a number",
    [[onClinic, [1001]]],
    {
      path: "berth:nodes.clinic.accounts[0]",
      message: "must be the name of an account, not a number",
      received: "1001",
      fix: "put the value in quotes",
    },
  ],
  [
    "without a list",
    [[onClinic, "clark"]],
    {
      path: "berth:nodes.clinic.accounts",
      message: "must be a list, not a text",
      received: '"clark"',
      fix: "write it as `[one, two]`",
    },
  ],
];

describe("an account to take over", () => {
  it.each(table)("is refused %s", (_title, changes, expected) => {
    expectProblem(changed(prod(), changes), expected);
  });

  it.each(["clinic", "legacy"])("is a member's on %s, sorted and once", (name) => {
    const input = changed(prod(), [
      [
        ["nodes", name, "accounts"],
        ["dana", "clark", "dana"],
      ],
    ]);
    const node = parse(input).nodes.find((each) => each.name === name);
    expect(node?.accounts).toEqual(["clark", "dana"]);
  });

  it("belongs to who has access by any project on the machine", () => {
    const shares: BadInput[1][number] = [["projects", "portal"], undefined];
    const shop: BadInput[1][number] = [["projects", "shop", "node"], "clinic"];
    const input = changed(prod(), [leadsAlone, shares, shop, [onClinic, ["clark"]]]);
    expect(problemsOf(input)).toEqual([]);
  });

  it("belongs on a host stack to whom the environment gives access", () => {
    const input = hostStack();
    const { server } = (prod().config["nodes"] as Record<string, { server: unknown }>)["clinic"]!;
    const change = (names: string[]) =>
      changed(input, [[["nodes", "cryptsend"], { server, accounts: names }]]);
    expect(problemsOf(change(["dana"]))).toEqual([]);
    expect(problemsOf(change(["nobody"])).map(({ path }) => path)).toEqual([
      "berth:nodes.cryptsend.accounts[0]",
    ]);
  });

  it("is absent where none is declared", () => {
    for (const node of parse(prod()).nodes) expect(node).not.toHaveProperty("accounts");
  });

  it.each<[string, BadInput[1][number], string]>([
    ["access", [["projects", "clinic", "access"], "leads"], "berth:projects.clinic.access"],
    [
      "a name in access",
      [["projects", "clinic", "access"], ["ladies"]],
      "berth:projects.clinic.access[0]",
    ],
    ["the group", [["team", "groups", "everyone"], "clark"], "berth:team.groups.everyone"],
    [
      "a name in the group",
      [
        ["team", "groups", "everyone"],
        ["clarc", "dana"],
      ],
      "berth:team.groups.everyone[0]",
    ],
    ["the member", [["team", "members", "clark"], "key"], "berth:team.members.clark"],
    ["the machine", [["nodes", "clinic", "server"], "192.0.2.10"], "berth:nodes.clinic.server"],
  ])("is not told of where %s is wrong already", (_title, change, path) => {
    const input = changed(prod(), [change, [onClinic, ["clark"]]]);
    expect(problemsOf(input).map((problem) => problem.path)).toEqual([path]);
  });
});
