import { describe, expect, it } from "vitest";

import { deliveryOf } from "../../components/placement/deliveries";
import { jobsOf } from "../../operations/jobs/plan";
import { changed, expectProblem, parse, put, type BadInput } from "../stack-file/fixture";
import { hostKeys, jobsOfBoth, repository, surveyed, twoStacks } from "./fixture";

const jenkins = ["projects", "kmc", "jenkins"] as const;

const refused: readonly BadInput[] = [
  [
    "a job without a key",
    [[["projects", "kmc", "jobs"], {}]],
    {
      path: "berth:projects.kmc.jenkins",
      message: "its job kmc-prod has no key",
      fix: "write the public half below jobs as kmc-prod",
    },
  ],
  [
    "everybody as a client",
    [[[...jenkins, "clients"], ["anonymous"]]],
    {
      path: "berth:projects.kmc.jenkins.clients[0]",
      message: "it is everybody who reaches Jenkins",
      received: '"anonymous"',
      fix: "name the accounts",
    },
  ],
  [
    "everybody as a client, as Jenkins reads it in any case",
    [
      [
        [...jenkins, "clients"],
        ["vera", "Authenticated"],
      ],
    ],
    {
      path: "berth:projects.kmc.jenkins.clients[1]",
      message: "it is everybody who reaches Jenkins",
      received: '"Authenticated"',
      fix: "name the accounts",
    },
  ],
  [
    "an account that would end a permission",
    [[[...jenkins, "clients"], ["vera:hudson.model.Hudson.Administer"]]],
    {
      path: "berth:projects.kmc.jenkins.clients[0]",
      message: "is not the name of an account on Jenkins",
      received: '"vera:hudson.model.Hudson.Administer"',
      fix: "write the account's id",
    },
  ],
  [
    "a weekly merge into a repository that is read without a key",
    [[["projects", "kmc", "repository"], "https://github.com/countable-web/kmc.git"]],
    {
      path: "berth:projects.kmc.jenkins.weekly",
      message: "needs a repository that is written to by an SSH key",
      received: '"https://github.com/countable-web/kmc.git"',
      fix: "git@host:path",
    },
  ],
];

describe("jobs of the stack files (R46, R47)", () => {
  it("are three a project, and one more where develop is merged each week", () => {
    const said = jobsOfBoth().map(({ name, kind, branch, off }) => [name, kind, branch, off]);
    expect(said).toEqual([
      ["kmc-prod", "prod", "master", undefined],
      ["kmc-release", "release", "develop", undefined],
      ["kmc-stage", "stage", "develop", undefined],
      ["kmc-test", "test", "develop", undefined],
    ]);
    const { stage, prod } = twoStacks();
    put(prod.config, [...jenkins, "weekly"], undefined);
    expect(jobsOf(surveyed([prod, stage]), "berth").map(({ name }) => name)).toEqual([
      "kmc-prod",
      "kmc-stage",
      "kmc-test",
    ]);
  });

  it("are started by the project's developers and the client's accounts, of that environment alone (R80)", () => {
    const starters = jobsOfBoth().map(({ name, starters: may }) => [name, may]);
    expect(Object.fromEntries(starters)).toEqual({
      "kmc-prod": ["dana", "vera@client"],
      "kmc-release": ["dana", "vera@client"],
      "kmc-stage": ["clark", "dana"],
      "kmc-test": ["clark", "dana", "vera@client"],
    });
  });

  it("deliver to the machine that serves, by the key that its stack published", () => {
    const machines = jobsOfBoth().flatMap((job) =>
      job.kind === "stage" || job.kind === "prod" ? [[job.kind, job.machine?.hostKey]] : [],
    );
    expect(Object.fromEntries(machines)).toEqual(hostKeys);
  });

  it("are disabled where the service ended, and where there is no machine yet", () => {
    const { stage, prod } = twoStacks();
    put(prod.config, ["projects", "kmc", "servedBy"], "none");
    const ended = jobsOf(surveyed([prod, stage]), "berth");
    expect(ended.map(({ name, off }) => [name, off])).toEqual([
      ["kmc-prod", "its service ended"],
      ["kmc-release", "its service ended"],
      ["kmc-stage", undefined],
      ["kmc-test", undefined],
    ]);
    const young = jobsOf(surveyed(Object.values(twoStacks()), ["stage"]), "berth");
    expect(young.find(({ name }) => name === "kmc-prod")?.off).toBe(
      "stack prod has no machine for it yet",
    );
  });

  it("are none for a project that asks for none", () => {
    const { stage, prod } = twoStacks();
    put(prod.config, [...jenkins], undefined);
    put(stage.config, [...jenkins], undefined);
    expect(jobsOf(surveyed([prod, stage]), "berth")).toEqual([]);
  });

  it("are not told where a stack is left out: its projects would pass for ones that are gone", () => {
    const survey = surveyed(Object.values(twoStacks()));
    const unread = [{ stack: "prod-b", why: "it is broken", declares: true }];
    expect(() => jobsOf({ ...survey, unread }, "berth")).toThrow("prod-b could not be read");
  });

  it("are refused where stage and production have different repositories", () => {
    const { stage, prod } = twoStacks();
    put(stage.config, ["projects", "kmc", "repository"], "git@github.com:countable-web/fork.git");
    expect(() => jobsOf(surveyed([prod, stage]), "berth")).toThrow(
      `kmc: stage delivers git@github.com:countable-web/fork.git and production ${repository}`,
    );
  });

  it.each(refused)("are refused with %s", (_, changes, expected) => {
    expectProblem(changed(twoStacks().prod, changes), expected);
  });

  it("are refused on stage with a weekly merge, which is production's", () => {
    expectProblem(changed(twoStacks().stage, [[[...jenkins, "weekly"], true]]), {
      path: "berth:projects.kmc.jenkins.weekly",
      message: "is said of stage",
      fix: "Pulumi.prod.yaml",
    });
  });

  it("have production wait for the word of its job, and stage for nobody's (R49)", () => {
    const { stage, prod } = twoStacks();
    const deliver = (fleet: ReturnType<typeof parse>) =>
      deliveryOf(
        fleet.projects.find(({ slug }) => slug === "kmc")!,
        fleet.environment,
      );
    expect(deliver(parse(prod))?.tested).toBe("kmc-prod");
    expect(deliver(parse(stage))?.tested).toBeUndefined();
  });
});
