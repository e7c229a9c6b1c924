import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Job } from "../../operations/jobs/job";
import { render } from "../../operations/jobs/render";
import { scriptOf } from "../../operations/jobs/scripts";
import { all, buildJobs, scratchDirectory, texts, type Built, type Element } from "./builder";
import { hostKeys, jobsOfBoth, repository } from "./fixture";

/** The real renderer is made at the first run, of a package index. */
const time = 300_000;

describe("jobs as the real Job Builder renders them (R46, R47)", () => {
  const scratch = scratchDirectory();
  const jobs = jobsOfBoth();
  let built: Built;
  const job = (name: string): Element => built.jobs.get(name)!;
  const steps = (name: string) =>
    job(name).children.find(({ tag }) => tag === "builders")!.children;

  beforeAll(async () => {
    built = await buildJobs(jobs, scratch);
  }, time);
  afterAll(() => fs.rmSync(scratch, { recursive: true }));

  it("are those that the stack files declare, and no other", () => {
    expect([...built.jobs.keys()].sort()).toEqual(jobs.map(({ name }) => name));
  });

  it("run the scripts as they were written, to the last character", () => {
    for (const each of jobs) {
      expect(texts(job(each.name), "command")).toEqual([scriptOf(each)]);
    }
  });

  it("follow develop on stage and in tests, and master in production (R48)", () => {
    const followed = jobs.map(({ name }) => [
      name,
      ...all(job(name), "hudson.plugins.git.BranchSpec").flatMap((each) => texts(each, "name")),
      ...texts(job(name), "url"),
      ...texts(job(name), "spec"),
    ]);
    expect(followed).toEqual([
      ["kmc-prod", "refs/heads/master", repository, "H/5 * * * *"],
      ["kmc-release", "refs/heads/develop", repository, "H 6 * * 1"],
      ["kmc-stage", "refs/heads/develop", repository, "H/5 * * * *"],
      ["kmc-test", "refs/heads/develop", repository, "H/5 * * * *"],
    ]);
  });

  it.each(["kmc-prod", "kmc-release"])(
    "wait in %s for tests of the commit at hand (R49)",
    (name) => {
      const [first, second, ...more] = steps(name);
      expect(more).toEqual([]);
      expect(first?.tag).toBe("hudson.plugins.parameterizedtrigger.TriggerBuilder");
      expect(texts(first!, "projects")).toEqual(["kmc-test"]);
      expect(texts(first!, "properties")).toEqual(["COMMIT=$GIT_COMMIT"]);
      const [worse] = all(first!, "buildStepFailureThreshold");
      expect(texts(worse!, "name")).toEqual(["UNSTABLE"]);
      expect(second?.tag).toBe("hudson.tasks.Shell");
    },
  );

  it("are seen and started by their own people alone (R80)", () => {
    for (const { name, starters } of jobs) {
      const [matrix] = all(job(name), "hudson.security.AuthorizationMatrixProperty");
      const [inherited] = all(matrix!, "inheritanceStrategy");
      expect(inherited?.attributes["class"]).toMatch(/\.NonInheritingStrategy$/);
      const rights = ["Read", "Build", "Cancel"];
      expect(texts(matrix!, "permission")).toEqual(
        starters.flatMap((each) =>
          rights.map((right) => `USER:hudson.model.Item.${right}:${each}`),
        ),
      );
    }
  });

  it("give a job the key of its own delivery by name, and tests none", () => {
    const given = jobs.map(({ name }) =>
      [name, texts(job(name), "assignedNode")[0]].concat(
        all(job(name), "credentialIds").flatMap((each) => texts(each, "string")),
      ),
    );
    expect(given).toEqual([
      ["kmc-prod", "trusted", "kmc-prod"],
      ["kmc-release", "trusted", "kmc-release"],
      ["kmc-stage", "trusted", "kmc-stage"],
      ["kmc-test", "disposable"],
    ]);
  });

  it("pin a delivery to the host key of its machine", () => {
    const key = (name: string) => texts(job(name), "command")[0]!;
    const pinned = (text: string) => text.split(" ").slice(0, 2).join(" ");
    expect(key("kmc-prod")).toContain(` ${pinned(hostKeys.prod)}'\n`);
    expect(key("kmc-stage")).toContain(` ${pinned(hostKeys.stage)}'\n`);
    expect(key("kmc-stage")).not.toContain(pinned(hostKeys.prod));
  });

  it(
    "do nothing at all once they are disabled",
    async () => {
      const off = jobs.map((each) => ({ ...each, off: "its service ended" }));
      const { jobs: ended } = await buildJobs(off, scratch);
      for (const each of ended.values()) {
        expect(texts(each, "disabled")).toEqual(["true"]);
        for (const tag of ["builders", "triggers", "buildWrappers"]) {
          expect(all(each, tag).flatMap(({ children }) => children)).toEqual([]);
        }
        expect(texts(each, "command")).toEqual([]);
        expect(texts(each, "description")[0]).toContain("Disabled: its service ended.");
      }
    },
    time,
  );

  it(
    "show what others wrote as they wrote it",
    async () => {
      const odd = "a{b}}${c} <i>&amp;</i> 'q' \"d\"";
      const [test] = jobs.filter(({ kind }) => kind === "test");
      const { jobs: shown } = await buildJobs(
        [{ ...test!, repository: odd, branch: "f/{x}" }],
        scratch,
      );
      expect(texts(shown.get("kmc-test")!, "url")).toEqual([odd]);
      expect(JSON.stringify([...shown.values()])).toContain("refs/heads/f/{x}");
    },
    time,
  );

  it("are the same text each time, whatever came in between", () => {
    const text = (all: readonly Job[]) => all.map((each) => render(each).text).join("");
    expect(text(jobsOfBoth())).toBe(text(jobs));
  });

  it("are marked with what they were rendered from", () => {
    for (const each of jobs) {
      const [description] = texts(job(each.name), "description");
      expect(description).toContain(
        `[berth jobs: kmc ${each.kind} ${render(each).digest} of ${each.owner}]`,
      );
    }
    expect(fs.existsSync(path.join(built.directory, "kmc-prod", "config.xml"))).toBe(true);
  });
});
