import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import type { Job } from "../../operations/jobs/job";
import { fleetSteps } from "../../operations/jobs/render-fleet";
import { scriptOf } from "../../operations/jobs/scripts";
import { all, buildJobs, scratchDirectory, texts, type Built } from "./builder";
import { fleetRepository, jobsOfBoth, jobsOfFleet } from "./fixture";
import { Jenkins, type Step } from "./jenkins";

const jobs = jobsOfFleet();
const nightlyOf = (all: readonly Job[]) => all.find(({ kind }) => kind === "nightly")!;
const script = (name: string) => scriptOf(jobs.find((each) => each.name === name)!);
const head = "a".repeat(40);

describe("the fleet's own jobs (R50, R83)", () => {
  const scratch = scratchDirectory();
  let built: Built;
  beforeAll(async () => {
    built = await buildJobs(jobs, scratch);
  }, 300_000);
  afterAll(() => fs.rmSync(scratch, { recursive: true }));

  it("are there where the agency says from where, and are nobody's but the administrators'", () => {
    expect(jobsOfBoth().filter(({ slug }) => slug === "berth")).toEqual([]);
    expect([...built.jobs.keys()].sort()).toEqual([
      ...["berth-nightly", "berth-notify"],
      ...jobsOfBoth().map(({ name }) => name),
    ]);
    for (const name of ["berth-nightly", "berth-notify"]) {
      const job = built.jobs.get(name)!;
      expect(texts(job, "url")).toEqual([fleetRepository]);
      expect(texts(job, "assignedNode")).toEqual(["trusted"]);
      expect(texts(job, "permission")).toEqual([]);
      expect(texts(job, "command")).toEqual([script(name)]);
    }
  });

  it("hold no secret and have what they need by its name", () => {
    const named = (name: string) =>
      all(built.jobs.get(name)!, "bindings")
        .flatMap(({ children }) => children)
        .map((each) => `${texts(each, "variable")} of ${texts(each, "credentialsId")}`);
    expect(named("berth-notify")).toEqual(["SLACK_WEBHOOK_URL of SLACK_WEBHOOK_URL"]);
    expect(named("berth-nightly")).toContain("CLOUDFLARE_API_TOKEN of READ_CLOUDFLARE_API_TOKEN");
    expect(named("berth-nightly")).toContain("SENTRY_AUTH_TOKEN of SENTRY_AUTH_TOKEN");
    expect(named("berth-nightly")).toContain("BERTH_DRILL_KEY of BERTH_DRILL_KEY");
    // Nothing is encrypted here: no key is asked for that nobody has.
    expect(named("berth-nightly").join()).not.toContain("BERTH_AGE_IDENTITY");
    const sealed = fleetSteps({ ...nightlyOf(jobs), isSealed: true } as never);
    expect(JSON.stringify(sealed)).toContain("BERTH_AGE_IDENTITY");
    const keys = (name: string) =>
      all(built.jobs.get(name)!, "credentialIds").flatMap((each) => texts(each, "string"));
    expect(keys("berth-notify")).toEqual(["kmc-repository"]);
    expect(keys("berth-nightly")).toEqual(["DEPLOYER_KEY"]);
    expect(texts(built.jobs.get("berth-nightly")!, "spec")).toEqual(["H 2 * * *"]);
  });

  it("are told of each end of a project's job, of tests that another waits for not twice", async () => {
    const told: Record<string, string | undefined>[] = [];
    const run = ({ job, env }: Step) => {
      if (job === "berth-notify") {
        told.push(
          Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith("TOLD"))),
        );
      }
      return Promise.resolve({ code: job === "kmc-test" ? 1 : 0, said: "" });
    };
    const jenkins = new Jenkins(built.jobs, run, () => Promise.resolve(head));
    const failed = { TOLD_RESULT: "failure", TOLD_COMMIT: head };
    const url = (name: string) => ({ TOLD_JOB: name, TOLD_URL: `https://ci/${name}/` });
    await jenkins.build("kmc-test", { COMMIT: "" });
    expect(told.splice(0)).toEqual([{ ...url("kmc-test"), ...failed, TOLD_FOR: "" }]);
    await jenkins.build("kmc-stage");
    expect(told.splice(0)).toEqual([
      { ...url("kmc-stage"), TOLD_RESULT: "success", TOLD_COMMIT: head },
    ]);
    await jenkins.build("kmc-prod");
    expect(told.splice(0)).toEqual([
      { ...url("kmc-test"), ...failed, TOLD_FOR: head },
      { ...url("kmc-prod"), ...failed },
    ]);
  });
});

describe("what the fleet's own jobs run", () => {
  let scratch: string;
  const file = (name: string) => path.join(scratch, name);
  /** npm and the engine keep how they were called, and fail where a test says so. */
  const program = `#!/bin/bash
printf '%s\\n' "\${0##*/} $*" >>"$ASKED"
[ -n "\${FAILS:-}" ] && [[ "$*" == *"$FAILS"* ]] && exit 2
exit 0
`;

  beforeEach(() => {
    scratch = scratchDirectory();
    fs.mkdirSync(file("bin"));
    for (const name of ["npm", "pulumi"]) {
      fs.writeFileSync(file(`bin/${name}`), program, { mode: 0o755 });
    }
    fs.writeFileSync(file("bin/date"), "#!/bin/sh\necho ${DAY:-1}\n", { mode: 0o755 });
  });
  afterEach(() => fs.rmSync(scratch, { recursive: true }));

  const run = (name: string, given: Readonly<Record<string, string>>, text = script(name)) => {
    fs.rmSync(file("asked"), { force: true });
    const env = {
      HOME: scratch,
      PATH: `${file("bin")}:${process.env["PATH"]}`,
      ASKED: file("asked"),
    };
    const done = spawnSync("bash", ["-s"], {
      ...{ input: text, cwd: scratch, encoding: "utf8", env: { ...env, ...given } },
    });
    const asked = fs.existsSync(file("asked")) ? fs.readFileSync(file("asked"), "utf8") : "";
    return { code: done.status, said: `${done.stdout}${done.stderr}`, asked: asked.split("\n") };
  };
  const nightly = { GIT_COMMIT: head, BUILD_URL: "https://ci/7" };
  const berth = (words: string) => `npm run --silent berth -- ${words}`;
  const ends = (result: string) =>
    berth(
      `notify --job berth-nightly --result ${result} --commit ${head} --memory .told/memory.json --url https://ci/7`,
    );

  it.each(["berth-nightly", "berth-notify"])("%s is clean to shellcheck", (name) => {
    const checked = spawnSync("shellcheck", ["-"], { input: script(name), encoding: "utf8" });
    expect(checked.error ?? checked.stdout).toBe("");
  });

  it("looks at everything each night, and drills on Sundays", () => {
    const looks = [
      "npm ci --no-progress --silent",
      berth("board --html board.html --digest --alerts .told/alerts.json"),
      berth("converge --check"),
      "pulumi preview --stack prod --expect-no-changes --non-interactive",
      "pulumi preview --stack stage --expect-no-changes --non-interactive",
      berth("drill --report --memory .told/backups.json"),
      berth("sentry --check"),
      berth("sentry --report ok"),
      ends("success"),
    ];
    const done = run("berth-nightly", nightly);
    expect(done.code, done.said).toBe(0);
    expect(done.asked.filter((each) => each !== "")).toEqual(looks);
    const sunday = run("berth-nightly", { ...nightly, DAY: "7" }).asked;
    expect(sunday).toContain(berth("drill"));
    expect(sunday.join()).not.toContain("--state");
  });

  it("copies the state each night where copies are declared, and drills it with the rest (R79)", () => {
    const text = scriptOf(nightlyOf(jobsOfFleet({ state: true })));
    expect(run("berth-nightly", nightly, text).asked).toContain(berth("backup --state"));
    const sunday = run("berth-nightly", { ...nightly, DAY: "7" }, text).asked;
    const about = sunday.filter((each) => /drill|--state/.test(each));
    expect(about).toEqual(
      [
        "backup --state",
        "drill",
        "drill --state",
        "drill --report --memory .told/backups.json",
      ].map(berth),
    );
    const failed = run("berth-nightly", { ...nightly, FAILS: "backup --state" }, text);
    expect(failed.code).toBe(1);
    expect(failed.asked).toContain(ends("failure"));
  });

  it.each(["board", "converge", "preview --stack prod", "drill --report", "sentry --check"])(
    "goes on where %s fails, reports the run as failed, and fails",
    (fails) => {
      const done = run("berth-nightly", { ...nightly, FAILS: fails });
      expect(done.code).toBe(1);
      expect(done.asked).toContain(berth("sentry --report failed"));
      expect(done.asked).toContain(ends("failure"));
      expect(done.said).toContain("not all of it went well");
    },
  );

  it("tells of a job by a clone of its project alone, and keeps it for the next time", () => {
    const git = (...words: string[]) => execFileSync("git", words, { encoding: "utf8" }).trim();
    git("init", "-q", "-b", "develop", file("kmc"));
    const who = ["-c", "user.name=Ana", "-c", "user.email=ana@x"];
    git("-C", file("kmc"), ...who, "commit", "-q", "--allow-empty", "-m", "begin");
    const commit = git("-C", file("kmc"), "rev-parse", "HEAD");
    const here = script("berth-notify").replaceAll(
      "git@github.com:countable-web/kmc.git",
      file("kmc"),
    );
    const told = {
      TOLD_JOB: "kmc-test",
      TOLD_RESULT: "failure",
      TOLD_COMMIT: commit,
      TOLD_URL: "u",
    };
    const done = run("berth-notify", told, here);
    expect(done.code, done.said).toBe(0);
    expect(done.asked).toContain(
      berth(
        `notify --job kmc-test --result failure --commit ${commit} --memory .told/memory.json --repository ${file(".told/kmc.git")} --url u`,
      ),
    );
    expect(git("-C", file(".told/kmc.git"), "log", "--format=%an %s", commit)).toBe("Ana begin");
    expect(run("berth-notify", told, here).code).toBe(0);
  });

  it.each([
    ["a job of nobody's", { TOLD_JOB: "elsewhere" }, "is no job that the stack files declare"],
    ["no commit", { TOLD_COMMIT: "$GIT_COMMIT" }, "could not check out its commit"],
  ])("tells of %s nothing, and fails", (_, wrong, says) => {
    const told = { TOLD_JOB: "kmc-test", TOLD_RESULT: "failure", TOLD_COMMIT: head };
    const done = run("berth-notify", { ...told, ...wrong });
    expect(done.code).toBe(1);
    expect(done.said).toContain(says);
    expect(done.asked.join("")).not.toContain("notify");
  });

  it("leaves tests that another job waits for to that one", () => {
    const done = run("berth-notify", { TOLD_JOB: "kmc-test", TOLD_FOR: head });
    expect([done.code, done.asked]).toEqual([0, [""]]);
  });
});
