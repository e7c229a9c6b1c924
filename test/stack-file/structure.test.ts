import { describe, expect, it } from "vitest";
import { ConfigError } from "../../components/fleet/problem";
import { changed, expectProblem, parse, problemsOf, prod, type BadInput } from "./fixture";

const table: readonly BadInput[] = [
  [
    "an unknown key at the top",
    [[["project"], {}]],
    {
      path: "berth:project",
      message: "is not a key that Berth knows",
      allowed: "agency, team, environment, nodes, backups, waivers, secrets, projects",
      fix: "did you mean projects?",
    },
  ],
  [
    "an unknown key of a project",
    [[["projects", "kmc", "residence"], "canada"]],
    {
      path: "berth:projects.kmc.residence",
      message: "is not a key that Berth knows",
      allowed: "domain, dns",
      fix: "did you mean residency?",
    },
  ],
  [
    "an unknown key like no other",
    [[["nodes", "kmc", "hypervisor"], "xen"]],
    {
      path: "berth:nodes.kmc.hypervisor",
      message: "is not a key that Berth knows",
      fix: "remove it",
    },
  ],
  [
    "a key that every object has",
    [[["projects", "kmc", "constructor"], 1]],
    {
      path: "berth:projects.kmc.constructor",
      message: "is not a key that Berth knows",
      fix: "remove it",
    },
  ],
  [
    "a boolean as a text",
    [
      [["projects", "kmc", "heavyCompute"], "true"],
      [["nodes", "kmc"], { memoryGb: 4 }],
    ],
    {
      path: "berth:projects.kmc.heavyCompute",
      message: "must be true or false, not a text",
      received: '"true"',
      allowed: "true, false",
      fix: "write true without quotes",
    },
  ],
  [
    "a number as a text",
    [[["nodes", "kmc", "memoryGb"], "4"]],
    {
      path: "berth:nodes.kmc.memoryGb",
      message: "must be an amount of memory in GB, not a text",
      received: '"4"',
      allowed: "a whole number of at least 2",
      fix: "write 4 without quotes",
    },
  ],
  [
    "a text as a number",
    [[["agency", "awsAccount"], 413528927365]],
    {
      path: "berth:agency.awsAccount",
      message: "must be the text of an AWS account, not a number",
      received: "413528927365",
      allowed: "12 digits in quotes",
      fix: "put the value in quotes",
    },
  ],
  [
    "a list where a text belongs",
    [[["projects", "kmc", "domain"], ["kmc.countable.ca"]]],
    {
      path: "berth:projects.kmc.domain",
      message: "must be a domain name, not a list",
      fix: "write the bare name",
    },
  ],
  [
    "a text where a list belongs",
    [[["projects", "kmc", "access"], "clark"]],
    {
      path: "berth:projects.kmc.access",
      message: "must be a list, not a text",
      received: '"clark"',
      fix: "write it as `[one, two]`",
    },
  ],
  [
    "a missing key",
    [[["projects", "kmc", "domain"], undefined]],
    {
      path: "berth:projects.kmc.domain",
      message: "is missing: a domain name is needed",
      fix: "write the bare name",
    },
  ],
  [
    "a key without a value",
    [[["projects", "kmc", "dns"], null]],
    { path: "berth:projects.kmc.dns", message: "is empty", fix: "choose cloudflare" },
  ],
  [
    "a mistyped choice",
    [[["projects", "cryptsend", "backup", "database"], "postgress"]],
    {
      path: "berth:projects.cryptsend.backup.database",
      message: "is not a kind of database",
      received: '"postgress"',
      allowed: "postgres, postgis, mongodb, none",
      fix: "did you mean postgres?",
    },
  ],
  [
    "a residency that no rule covers",
    [[["projects", "kmc", "residency"], "germany"]],
    {
      path: "berth:projects.kmc.residency",
      message: "the manual has a rule for Canada only",
      received: '"germany"',
      allowed: "anywhere, canada",
      fix: "choose explicitly",
    },
  ],
  [
    "an AWS account of 11 digits",
    [[["agency", "awsAccount"], "41352892736"]],
    {
      path: "berth:agency.awsAccount",
      message: "is not the text of an AWS account",
      received: '"41352892736"',
      allowed: "12 digits",
      fix: "aws sts get-caller-identity",
    },
  ],
  [
    "a service that AWS is not needed for",
    [
      [
        ["projects", "portal", "needs"],
        ["rds", "s3"],
      ],
    ],
    {
      path: "berth:projects.portal.needs[1]",
      message: "is not an AWS service",
      received: '"s3"',
      allowed: "cognito, rds",
      fix: "choose one of them",
    },
  ],
  [
    "less memory than the manual allows",
    [[["nodes", "kmc", "memoryGb"], 1]],
    {
      path: "berth:nodes.kmc.memoryGb",
      message: "is too small for an amount of memory",
      received: "1",
      allowed: "at least 2",
      fix: "(R7)",
    },
  ],
  [
    "less disk than the manual allows",
    [[["nodes", "kmc", "diskGb"], 49]],
    {
      path: "berth:nodes.kmc.diskGb",
      message: "is too small for an amount of disk",
      received: "49",
      allowed: "at least 50",
      fix: "(R7)",
    },
  ],
  [
    "half a gigabyte",
    [[["nodes", "kmc", "memoryGb"], 2.5]],
    {
      path: "berth:nodes.kmc.memoryGb",
      message: "must be a whole number",
      received: "2.5",
      allowed: "a whole number",
      fix: "2 GB or more",
    },
  ],
];

describe("a config of the wrong form", () => {
  it.each(table)("refuses %s", (_title, changes, expected) => {
    expectProblem(changed(prod(), changes), expected);
  });

  it("refuses sections that are not groups of keys", () => {
    const input = { ...prod(), config: { agency: 1, team: null, projects: "none", nodes: [] } };
    expect(problemsOf(input).map(({ path }) => path)).toEqual([
      "berth:agency",
      "berth:team",
      "berth:nodes",
      "berth:projects",
    ]);
  });

  it("refuses an empty config with every section it needs", () => {
    const paths = problemsOf({ stack: "stage", config: {}, stackFiles: {} }).map(
      ({ path }) => path,
    );
    expect(paths).toEqual(["berth:agency", "berth:team", "berth:projects"]);
  });
});

describe("several problems", () => {
  const input = () =>
    changed(prod(), [
      [["projects", "kmc", "domain"], "https://kmc.example.org/"],
      [["projects", "kmc", "heavyCompute"], "yes"],
      [["projects", "kmc", "access"], ["nobody"]],
      [["projects", "clinic", "domain"], "portal.example.org"],
      [["projects", "Bad_Slug"], { domain: "bad.example.org", access: ["clark"], backup: {} }],
      [["nodes", "unused"], { memoryGb: 8 }],
    ]);

  it("are told together, across wrong forms and wrong combinations", () => {
    expect(problemsOf(input()).map(({ path }) => path)).toEqual([
      "berth:projects.kmc.domain",
      "berth:projects.kmc.heavyCompute",
      "berth:projects.Bad_Slug",
      "berth:projects.portal.domain",
      "berth:projects.kmc.access[0]",
      "berth:nodes.unused",
    ]);
  });

  it("stand one a line, each with what was received, what is allowed and the fix", () => {
    expect(() => parse(input())).toThrow(ConfigError);
    const message = new ConfigError(problemsOf(input())).message.split("\n");
    expect(message[0]).toBe("The configuration has 6 problems; nothing was changed.");
    expect(message).toHaveLength(7);
    expect(message[2]).toBe(
      '  - berth:projects.kmc.heavyCompute: must be true or false, not a text. Received: "yes". Allowed: true, false. Fix: write it without quotes.',
    );
  });
});
