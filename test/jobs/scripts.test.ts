import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Job } from "../../operations/jobs/job";
import { scriptOf } from "../../operations/jobs/scripts";
import { scratchDirectory } from "./builder";
import { jobsOfBoth } from "./fixture";

const jobs = jobsOfBoth();
const script = (kind: Job["kind"]) => scriptOf(jobs.find((each) => each.kind === kind)!);

/** Docker as far as a test job asks it: says which services there are, and keeps what it was asked. */
const docker = `#!/bin/bash
printf '%s\\n' "$*" >>"$ASKED"
case "$*" in
*" config --services") printf '%s\\n' $SERVICES ;;
*" run "*) exit "$TESTS" ;;
esac
`;

let scratch: string;
let tree: string;
const git = (...words: string[]) =>
  execFileSync("git", ["-C", tree, "-c", "user.name=Ana", "-c", "user.email=ana@x", ...words])
    .toString()
    .trim();
const commit = (files: Readonly<Record<string, string>>, message = "A change") => {
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(tree, name), text);
  git("add", "-A");
  git("commit", "-q", "--allow-empty", "-m", message);
  return git("rev-parse", "HEAD");
};
const run = (kind: Job["kind"], env: Readonly<Record<string, string>>) => {
  const bin = path.join(scratch, "bin");
  const given = { BUILD_NUMBER: "7", ASKED: path.join(scratch, "asked"), TESTS: "0", ...env };
  const done = spawnSync("bash", ["-s"], {
    input: script(kind),
    cwd: tree,
    env: { HOME: scratch, PATH: `${bin}:${process.env["PATH"]}`, ...given },
    encoding: "utf8",
  });
  return { code: done.status, said: `${done.stdout}${done.stderr}` };
};
const asked = () => fs.readFileSync(path.join(scratch, "asked"), "utf8").trim().split("\n");

beforeEach(() => {
  scratch = scratchDirectory();
  tree = path.join(scratch, "tree");
  fs.mkdirSync(path.join(scratch, "bin"));
  fs.writeFileSync(path.join(scratch, "bin/docker"), docker, { mode: 0o755 });
  execFileSync("git", ["init", "-q", "-b", "master", tree]);
});
afterEach(() => fs.rmSync(scratch, { recursive: true }));

describe("what jobs run", () => {
  it.each(jobs.map((job) => [job.name, job] as const))("%s is clean to shellcheck", (_, job) => {
    const checked = spawnSync("shellcheck", ["-"], { input: scriptOf(job), encoding: "utf8" });
    expect(checked.stdout).toBe("");
    expect(checked.status).toBe(0);
  });
});

describe("tests of a commit (R46)", () => {
  const composed = { "docker-compose.yml": "services: {}\n" };
  const own = ["-p kmc-test-7 -f docker-compose.yml -f"];
  const env = { SERVICES: "web test" };

  it("are by dc.test.yml, and what they made goes", () => {
    const head = commit({ ...composed, "dc.test.yml": "", "dc.dev.yml": "" });
    const done = run("test", { ...env, GIT_COMMIT: head });
    expect(done).toMatchObject({ code: 0 });
    expect(done.said).toContain(`the tests of ${head} passed`);
    expect(asked()).toEqual([
      `compose ${own} dc.test.yml --profile * config --services`,
      `compose ${own} dc.test.yml run --rm --build -T test`,
      `compose ${own} dc.test.yml --profile * down --volumes --remove-orphans --rmi local --timeout 10`,
    ]);
  });

  it("are by dc.dev.yml where there is no other", () => {
    const done = run("test", { ...env, GIT_COMMIT: commit({ ...composed, "dc.dev.yml": "" }) });
    expect(done.said).toMatch(/testing \w+ by dc\.dev\.yml/);
  });

  it("are of the commit that another job waits for, not of the branch's newest", () => {
    const older = commit({ ...composed, "dc.test.yml": "" });
    const newest = commit({ "broken.txt": "" });
    const done = run("test", { ...env, GIT_COMMIT: newest, COMMIT: older });
    expect(done.said).toContain(`the tests of ${older} passed`);
    expect(git("rev-parse", "HEAD")).toBe(older);
    expect(fs.existsSync(path.join(tree, "broken.txt"))).toBe(false);
  });

  it.each<[string, Record<string, string>, Record<string, string>, RegExp]>([
    ["fail", { "dc.test.yml": "" }, { TESTS: "3" }, /the tests of \w+ ended with 3/],
    ["do not exist", { "dc.test.yml": "" }, { SERVICES: "web" }, /no service is called test/],
    ["have no file", {}, {}, /neither dc\.test\.yml nor dc\.dev\.yml/],
    ["are of no commit", { "dc.test.yml": "" }, { COMMIT: "master; id" }, /is no whole commit/],
    [
      "are of a commit that is not there",
      { "dc.test.yml": "" },
      { COMMIT: "0".repeat(40) },
      /is no commit of this repository/,
    ],
  ])("have not passed where they %s", (_, files, more, says) => {
    const done = run("test", { ...env, GIT_COMMIT: commit({ ...composed, ...files }), ...more });
    expect(done.code).toBe(1);
    expect(done.said).toMatch(says);
    expect(done.said).not.toContain("passed");
  });
});

describe("the weekly release (R58)", () => {
  const passed = { TRIGGERED_BUILD_RESULT_kmc_test: "SUCCESS" };
  const remote = () => path.join(scratch, "remote.git");
  const master = () =>
    execFileSync("git", ["-C", remote(), "rev-parse", "refs/heads/master"]).toString().trim();
  let develop: string;

  beforeEach(() => {
    execFileSync("git", ["init", "-q", "--bare", remote()]);
    git("remote", "add", "origin", remote());
    commit({ "a.txt": "one\n" });
    git("push", "-q", "origin", "master");
    git("checkout", "-q", "-b", "develop");
    develop = commit({ "b.txt": "of develop\n" });
    git("push", "-q", "origin", "develop");
  });

  it("brings develop to master beside a hotfix that master has already", () => {
    git("checkout", "-q", "master");
    const hotfix = commit({ "c.txt": "hotfix\n" });
    git("push", "-q", "origin", "master");
    const done = run("release", { GIT_COMMIT: develop, ...passed });
    expect(done.code, done.said).toBe(0);
    git("fetch", "-q", "origin");
    for (const each of [develop, hotfix]) git("merge-base", "--is-ancestor", each, master());
    expect(run("release", { GIT_COMMIT: develop, ...passed }).said).toContain("nothing to release");
  });

  it.each([{}, { TRIGGERED_BUILD_RESULT_kmc_test: "FAILURE" }])(
    "brings nothing whose tests did not pass: %j",
    (result) => {
      const before = master();
      const done = run("release", { GIT_COMMIT: develop, ...result });
      expect(done.code).toBe(1);
      expect(done.said).toMatch(/did not pass \(result: (none|FAILURE)\); nothing was done/);
      expect(master()).toBe(before);
    },
  );

  it("leaves master as it is where people must merge, and names the files", () => {
    git("checkout", "-q", "master");
    const other = commit({ "b.txt": "of master\n" });
    git("push", "-q", "origin", "master");
    const done = run("release", { GIT_COMMIT: develop, ...passed });
    expect(done.code).toBe(1);
    expect(done.said).toContain("In conflict: b.txt");
    expect(master()).toBe(other);
  });

  it("never pushes over what others pushed meanwhile", () => {
    // Somebody pushes between its fetch and its push.
    const elsewhere = path.join(scratch, "elsewhere");
    execFileSync("git", ["clone", "-q", "-b", "master", remote(), elsewhere]);
    const real = execFileSync("which", ["git"]).toString().trim();
    const theirs = `${real} -C '${elsewhere}' -c user.name=B -c user.email=b@x commit -q --allow-empty -m theirs`;
    const meanwhile = `${theirs}; ${real} -C '${elsewhere}' push -q origin master`;
    fs.writeFileSync(
      path.join(scratch, "bin/git"),
      `#!/bin/sh\n${real} "$@" || exit\nif [ "$1" = fetch ]; then ${meanwhile}; fi\n`,
      { mode: 0o755 },
    );
    const done = run("release", { GIT_COMMIT: develop, ...passed });
    expect(done.code).toBe(1);
    expect(done.said).toContain("run this job again");
    const last = execFileSync("git", ["-C", remote(), "log", "-1", "--format=%s", "master"]);
    expect(last.toString().trim()).toBe("theirs");
  });
});

describe("a delivery to production (R49)", () => {
  it("asks no machine for anything where the tests did not pass", () => {
    const ssh = path.join(scratch, "bin/ssh");
    fs.writeFileSync(ssh, `#!/bin/sh\nprintf '%s\\n' "$*" >>"$ASKED"\n`, { mode: 0o755 });
    const head = commit({});
    const result = (said: string) => ({ TRIGGERED_BUILD_RESULT_kmc_test: said, GIT_COMMIT: head });
    for (const said of ["", "FAILURE", "UNSTABLE", "ABORTED"]) {
      expect(run("prod", result(said)).code).toBe(1);
    }
    expect(fs.existsSync(path.join(scratch, "asked"))).toBe(false);
    expect(run("prod", result("SUCCESS")).code).toBe(0);
    expect(asked().map((line) => line.split(" ").slice(-2).join(" "))).toEqual([
      `passed ${head}`,
      `deploy ${head}`,
    ]);
  });
});
