import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { readConfiguration } from "../../operations/jobs/config-xml";
import { existingIn } from "../../operations/jobs/existing";
import { writeFiles } from "../../operations/jobs/files";
import type { Job } from "../../operations/jobs/job";
import { judge } from "../../operations/jobs/judge";
import { render } from "../../operations/jobs/render";
import { build, scratchDirectory } from "./builder";
import { jobsOfBoth } from "./fixture";

const rendered = (jobs: readonly Job[]) => jobs.map((job) => ({ ...job, ...render(job) }));
const all = rendered(jobsOfBoth());
const { owner } = all[0]!;
const without = (name: string) => all.filter((each) => each.name !== name);
const names = (findings: readonly { name: string; kind: string }[]) =>
  findings.map(({ name, kind }) => [name, kind]);

let scratch: string;
const place = (name: string) => path.join(scratch, name);
beforeEach(() => {
  scratch = scratchDirectory();
});
afterEach(() => fs.rmSync(scratch, { recursive: true }));

describe("files of jobs", () => {
  it("are written once, and the second time nothing is", () => {
    const files = place("ci/jenkins");
    expect(writeFiles(files, all, owner).written).toEqual([path.join(files, "kmc.yaml")]);
    expect(writeFiles(files, all, owner)).toEqual({
      written: [],
      removed: [],
      disabled: [],
      dropped: [],
      unsaid: [],
    });
    expect(judge(all, existingIn(files), owner)).toEqual([]);
  });

  it("keep a job that is declared no more disabled once, and are without it then", () => {
    const files = place("files");
    writeFiles(files, all, owner);
    expect(writeFiles(files, without("kmc-release"), owner)).toMatchObject({
      disabled: ["kmc-release"],
    });
    expect(existingIn(files).jobs.find(({ name }) => name === "kmc-release")?.disabled).toBe(true);
    expect(writeFiles(files, without("kmc-release"), owner)).toMatchObject({
      dropped: ["kmc-release"],
    });
    expect(existingIn(files).jobs.map(({ name }) => name)).not.toContain("kmc-release");
    const gone = all.map(({ name }) => name).filter((name) => name !== "kmc-release");
    expect(writeFiles(files, [], owner).disabled).toEqual(gone);
    expect(existingIn(files).jobs.every(({ disabled }) => disabled)).toBe(true);
    expect(writeFiles(files, [], owner)).toMatchObject({ removed: [path.join(files, "kmc.yaml")] });
    expect(fs.readdirSync(files)).toEqual([]);
  });

  it.each([
    ["by hand", () => "- job:\n    name: kmc-prod\n"],
    ["by hand below our first line", (text: string) => `${text}\n- job:\n    name: other\n`],
  ])("are not written over one that was made %s", (_, change) => {
    const files = place("files");
    writeFiles(files, all, owner);
    const file = path.join(files, "kmc.yaml");
    fs.writeFileSync(file, change(fs.readFileSync(file, "utf8")));
    const before = fs.readFileSync(file, "utf8");
    expect(() => writeFiles(files, all, owner)).toThrow(`${file}: is not as berth jobs wrote it`);
    expect(fs.readFileSync(file, "utf8")).toBe(before);
  });

  it("of another Berth project stay, and are not written over under a slug that both have", () => {
    const files = place("files");
    const theirs = all.map((job) => ({ ...job, ...render({ ...job, owner: "other/berth" }) }));
    writeFiles(files, theirs, "other/berth");
    const before = fs.readFileSync(path.join(files, "kmc.yaml"), "utf8");
    expect(() => writeFiles(files, all, owner)).toThrow(
      "is another Berth project's, other/berth, and is not replaced",
    );
    expect(writeFiles(files, [], owner)).toEqual({
      ...{ written: [], removed: [], disabled: [], dropped: [], unsaid: [] },
    });
    expect(fs.readFileSync(path.join(files, "kmc.yaml"), "utf8")).toBe(before);
    expect(judge([], existingIn(files), owner)).toEqual([]);
    const taken = judge(all, existingIn(files), owner);
    expect(new Set(taken.map(({ kind }) => kind))).toEqual(new Set(["taken"]));
  });

  it("of before marks said whose they are become ours where they are declared, and stay and are named else", () => {
    const files = place("files");
    writeFiles(files, all, owner);
    const file = path.join(files, "kmc.yaml");
    const before = fs.readFileSync(file, "utf8").replaceAll(` of ${owner}]`, "]");
    fs.writeFileSync(file, before);
    const names = all.map(({ name }) => name);
    expect(judge(all, existingIn(files), owner).map(({ kind }) => kind)).toEqual(
      names.map(() => "differs"),
    );
    expect(judge([], existingIn(files), owner).map(({ kind }) => kind)).toEqual(
      names.map(() => "unsaid"),
    );
    expect(writeFiles(files, [], owner)).toMatchObject({ disabled: [], unsaid: names });
    expect(fs.readFileSync(file, "utf8")).toBe(before);
    // A part of a project that is declared still is ours to take away.
    const left = writeFiles(files, without("kmc-release"), owner);
    expect(left).toMatchObject({ disabled: ["kmc-release"], unsaid: [] });
    expect(writeFiles(files, all, owner).written).toEqual([file]);
    expect(judge(all, existingIn(files), owner)).toEqual([]);
  });

  it("leave other people's files alone", () => {
    const files = place("files");
    fs.mkdirSync(files);
    fs.writeFileSync(path.join(files, "defaults.yaml"), "- defaults: {name: global}\n");
    writeFiles(files, all, owner);
    expect(fs.readdirSync(files).sort()).toEqual(["defaults.yaml", "kmc.yaml"]);
  });
});

describe("jobs that Jenkins has", () => {
  const time = { timeout: 300_000 };
  const exported = async () => {
    writeFiles(place("files"), all, owner);
    return (await build(place("files"), place("jobs"))).directory;
  };
  const edit = (directory: string, name: string, change: (xml: string) => string) => {
    const file = path.join(directory, name, "config.xml");
    fs.writeFileSync(file, change(fs.readFileSync(file, "utf8")));
  };

  it("are as declared, missing, made by hand, switched on or too many", time, async () => {
    const jobs = await exported();
    expect(judge(all, existingIn(jobs), owner)).toEqual([]);

    edit(jobs, "kmc-prod", (xml) => xml.replace(/\[berth jobs: [^\]]*\]/, "Ana's"));
    fs.rmSync(path.join(jobs, "kmc-stage"), { recursive: true });
    edit(jobs, "kmc-test", (xml) => xml.replace("<disabled>false", "<disabled>true"));
    fs.cpSync(path.join(jobs, "kmc-release"), path.join(jobs, "kmc-release-2"), {
      recursive: true,
    });
    fs.mkdirSync(path.join(jobs, "others"));
    fs.writeFileSync(path.join(jobs, "others", "config.xml"), "<project/>");
    const found = judge(all, existingIn(jobs), owner);
    expect(names(found)).toEqual([
      ["kmc-prod", "taken"],
      ["kmc-release-2", "delete"],
      ["kmc-stage", "missing"],
      ["kmc-test", "switched"],
    ]);
    expect(found[1]?.says).toContain("is a copy of kmc-release under another name");
    expect(found[1]?.says).toContain("it is enabled: it can still start a delivery");
    fs.writeFileSync(path.join(jobs, "others", "config.xml"), "<project><disabled>");
    expect(names(judge(all, existingIn(jobs), owner))).toContainEqual([
      path.join(jobs, "others", "config.xml"),
      "unreadable",
    ]);
  });

  it("are named until they are gone, once nobody declares them", time, async () => {
    const jobs = await exported();
    const [one] = judge(without("kmc-prod"), existingIn(jobs), owner);
    expect(one).toMatchObject({ name: "kmc-prod", kind: "delete" });
    expect(one?.says).toContain("it is enabled: it can still start a delivery; disable it first");
    writeFiles(place("files"), without("kmc-prod"), owner);
    fs.rmSync(jobs, { recursive: true });
    await build(place("files"), jobs);
    const [still] = judge(without("kmc-prod"), existingIn(jobs), owner);
    expect(still?.says).toBe("no stack file declares it any more; delete it");
    fs.rmSync(path.join(jobs, "kmc-prod"), { recursive: true });
    expect(judge(without("kmc-prod"), existingIn(jobs), owner)).toEqual([]);
  });

  it("are as the stack files had them before, where those changed", time, async () => {
    const jobs = await exported();
    const moved = rendered(
      jobsOfBoth().map((job) =>
        job.kind === "prod" && job.machine
          ? { ...job, machine: { ...job.machine, address: "192.0.2.77" } }
          : job,
      ),
    );
    expect(names(judge(moved, existingIn(jobs), owner))).toEqual([["kmc-prod", "differs"]]);
  });

  it("are not gone where nothing could be looked at", () => {
    expect(() => existingIn(place("nowhere"))).toThrow("is no directory");
    fs.mkdirSync(place("empty"));
    expect(() => existingIn(place("empty"))).toThrow("holds no jobs");
  });

  it("are read of the root of their configuration alone", () => {
    const xml = (inside: string) => `<?xml version='1.1' encoding='UTF-8'?>\n${inside}`;
    const nested =
      "<project><p><description>x</description><disabled>true</disabled></p><description>y</description></project>";
    expect(readConfiguration(xml(nested))).toEqual({ description: "y", disabled: false });
    expect(readConfiguration(xml("<project><disabled>true</disabled></project>"))).toEqual({
      description: "",
      disabled: true,
    });
    for (const broken of [
      "",
      "<project>",
      "<project><disabled>perhaps</disabled></project>",
      "<project><disabled>true</disabled><disabled>false</disabled></project>",
      "<a/><b/>",
      "<project></projects>",
      "<project><description>< </description></project>",
    ]) {
      expect(readConfiguration(broken)).toBeUndefined();
    }
  });
});
