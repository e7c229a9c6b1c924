import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { main as integrate } from "../../operations/integrate/integrate";
import { JenkinsJobs } from "../../operations/jobs/jenkins";
import { deliverByJob } from "../../operations/jobs/for-move";
import { endFleetJobs, endJobs, putJobs } from "../../operations/jobs/load";
import { JenkinsDouble } from "../../packages/local-cloud/services/jenkins/jenkins";
import { obtainJobBuilder } from "../../rehearsal/job-builder";
import { aPerson } from "../operations/a-person";
import { jobsOfBoth, jobsOfFleet, repository } from "../jobs/fixture";
import { publicKey } from "../stack-file/fixture";

const double = new JenkinsDouble();
let env: NodeJS.ProcessEnv;
let jenkins: JenkinsJobs;
const { owner } = jobsOfBoth()[0]!;
const names = () => [...double.jobs.all().keys()].sort();

beforeEach(async () => {
  const address = await double.open();
  env = { ...double.env(), PATH: `${await obtainJobBuilder()}:${process.env["PATH"]}` };
  jenkins = new JenkinsJobs(address, env);
  for (const name of names()) await jenkins.remove(name);
  double.changes.length = 0;
}, 300_000);
afterEach(() => double.close());

// Job Builder takes its time on a busy computer.
describe("jobs on Jenkins", { timeout: 300_000 }, () => {
  it("are made once, and changed where they are not as declared alone", async () => {
    expect((await putJobs(jenkins, jobsOfBoth(), env)).map(({ what }) => what)).toEqual([
      ...["made", "made", "made", "made"],
    ]);
    expect(names()).toEqual(["kmc-prod", "kmc-release", "kmc-stage", "kmc-test"]);
    double.changes.length = 0;
    expect(await putJobs(jenkins, jobsOfBoth(), env)).toEqual([]);
    expect(double.changes).toEqual([]);
    const moved = jobsOfBoth().map((job) =>
      job.kind === "stage" ? { ...job, branch: "next" } : job,
    );
    expect(await putJobs(jenkins, moved, env)).toEqual([{ name: "kmc-stage", what: "changed" }]);
    expect(double.changes).toEqual(["/job/kmc-stage/config.xml"]);
  });

  it("are none that people made, and nothing is changed then", async () => {
    double.jobs.byHand("kmc-test");
    await expect(putJobs(jenkins, jobsOfBoth(), env)).rejects.toThrow(
      /^on Jenkins kmc-test was made by hand/,
    );
    expect([names(), double.changes]).toEqual([["kmc-test"], []]);
  });

  it("end with their environment, and the tests with the last delivery that waits for them", async () => {
    double.jobs.byHand("kmc-old");
    await putJobs(jenkins, jobsOfFleet(), env);
    expect((await endJobs(jenkins, owner, "kmc", "prod")).sort()).toEqual([
      "kmc-prod",
      "kmc-release",
    ]);
    expect(await endFleetJobs(jenkins, owner, "berth")).toEqual([]);
    expect((await endJobs(jenkins, owner, "kmc", "stage")).sort()).toEqual([
      "kmc-stage",
      "kmc-test",
    ]);
    expect((await endFleetJobs(jenkins, owner, "berth")).sort()).toEqual([
      "berth-nightly",
      "berth-notify",
    ]);
    expect(names()).toEqual(["kmc-old"]);
    expect(double.changes).toContain("/job/kmc-prod/disable");
  });

  it("end too where the state is of before jobs said whose they are", async () => {
    await putJobs(jenkins, jobsOfBoth(), env);
    const context = { ...aPerson(), env };
    const end = (slug: string) =>
      integrate(context, ["--end", "jobs"], () =>
        JSON.stringify({ jenkins: double.address, slug, environment: "prod" }),
      );
    expect(await end("kmc")).toBe(0);
    expect(names()).toEqual(["kmc-stage", "kmc-test"]);
  });

  it("of another Berth project stay, and a name that both need is refused (R46)", async () => {
    const other = "other/berth";
    const theirs = jobsOfFleet().map((job) => ({ ...job, owner: other }));
    await putJobs(jenkins, theirs, env);
    const before = new Map(double.jobs.all());
    double.changes.length = 0;
    await expect(putJobs(jenkins, jobsOfFleet(), env)).rejects.toThrow(
      "kmc-prod is a job of another Berth project, other/berth, and is not replaced",
    );
    for (const environment of ["stage", "prod"] as const) {
      expect(await endJobs(jenkins, owner, "kmc", environment)).toEqual([]);
    }
    expect(await endFleetJobs(jenkins, owner, "berth")).toEqual([]);
    expect([double.changes, new Map(double.jobs.all())]).toEqual([[], before]);
  });

  it("of before marks said whose they are become ours by the next update", async () => {
    await putJobs(jenkins, jobsOfBoth(), env);
    for (const [name, xml] of double.jobs.all()) {
      await jenkins.change(name, xml.replace(` of ${owner}]`, "]"));
    }
    const [, made] = [...double.jobs.all()][0]!;
    expect(made).not.toContain(` of ${owner}]`);
    expect((await putJobs(jenkins, jobsOfBoth(), env)).map(({ what }) => what)).toEqual([
      ...["changed", "changed", "changed", "changed"],
    ]);
    expect(await putJobs(jenkins, jobsOfBoth(), env)).toEqual([]);
    const { jobs } = double;
    expect([...jobs.all().values()].every((xml) => xml.includes(` of ${owner}]`))).toBe(true);
  });

  it("deliver a commit to the machine that their project moves to, once, and leave nothing behind (R65)", async () => {
    await putJobs(jenkins, jobsOfBoth(), env);
    const before = new Map(double.jobs.all());
    let made = "";
    const watching = Object.create(jenkins, {
      create: {
        value: (name: string, xml: string) => {
          made = xml;
          return jenkins.create(name, xml);
        },
      },
    }) as JenkinsJobs;
    const commit = "c".repeat(40);
    const machine = { address: "192.0.2.77", hostKey: publicKey(77) };
    const move = {
      ...({
        slug: "kmc",
        owner,
        environment: "prod",
        repository,
        commit,
        machine,
        agent: true,
      } as const),
    };
    expect(await deliverByJob(watching, move, env)).toBe("kmc-move ran on Jenkins, and passed");
    for (const said of [commit, "192.0.2.77", "<assignedNode>kmc-prod</assignedNode>"]) {
      expect(made).toContain(said);
    }
    // Neither a change nor a person starts it, and it tells no machine that tests passed.
    expect(made).not.toMatch(/SCMTrigger|TimerTrigger|USER:|refs\/heads\/[a-z]|passed \$GIT/);
    expect(new Map(double.jobs.all())).toEqual(before);
    double.jobs.endWith("kmc-move", "FAILURE", "Permission denied (publickey)");
    await expect(deliverByJob(jenkins, move, env)).rejects.toThrow(
      /^kmc-move: ended with FAILURE [^]*kmc-prod does \(R65\)[^]*Permission denied/,
    );
    expect(new Map(double.jobs.all())).toEqual(before);
    double.jobs.byHand("kmc-move");
    await expect(deliverByJob(jenkins, move, env)).rejects.toThrow("kmc-move was made by hand");
    expect(names()).toContain("kmc-move");
  });

  it("are switched off again where Jenkins does not keep who may start them (R80)", async () => {
    double.jobs.guards = false;
    const put = putJobs(jenkins, jobsOfBoth(), env).finally(() => (double.jobs.guards = true));
    await expect(put).rejects.toThrow(/^kmc-prod, .*does not keep who may start them \(R80\)/);
    const xmls = [...double.jobs.all().values()];
    expect(xmls.every((xml) => xml.includes("<disabled>true</disabled>"))).toBe(true);
    expect((await putJobs(jenkins, jobsOfBoth(), env)).length).toBe(4);
    // The plugin that goes later is noticed too.
    double.jobs.guards = false;
    const again = putJobs(jenkins, jobsOfBoth(), env).finally(() => (double.jobs.guards = true));
    await expect(again).rejects.toThrow("does not keep who may start them (R80)");
  });

  it("need what makes Jenkins' configurations of them, and an account", async () => {
    const without = { ...env, PATH: "/nowhere" };
    await expect(putJobs(jenkins, jobsOfBoth(), without)).rejects.toThrow(
      /pip install jenkins-job-builder==/,
    );
    expect(names()).toEqual([]);
    expect(() => new JenkinsJobs(double.address, {})).toThrow(
      /may create, configure, build and delete jobs/,
    );
  });

  it("tell how a build ended, and what it said", async () => {
    await putJobs(jenkins, jobsOfBoth(), env);
    expect(await jenkins.run("kmc-prod")).toMatchObject({ result: "SUCCESS" });
    double.jobs.endWith("kmc-test", "UNSTABLE", "1 of 2 failed");
    expect(await jenkins.run("kmc-prod")).toMatchObject({
      ...{ result: "UNSTABLE", log: "kmc-test: 1 of 2 failed" },
    });
    const { address } = double;
    await double.close();
    await expect(new JenkinsJobs(address, env).run("kmc-prod")).rejects.toThrow("was not reached");
    await double.open();
  });
});
