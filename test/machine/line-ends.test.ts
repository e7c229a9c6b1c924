import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { afterAll, expect, it } from "vitest";

import { fileContents, sourceOf } from "../../components/machine/steps";
import { factsScript } from "../../components/machine/questions";

const repository = path.resolve(__dirname, "..", "..");
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-ends-"));
afterAll(() => fs.rmSync(directory, { recursive: true }));

/** Files of a directory, with what is below it. */
function filesIn(root: string): string[] {
  const entries = fs.readdirSync(root, { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile()).map((e) => path.join(e.parentPath, e.name));
}

it("a clone on Windows has no CR in what is sent to machines", () => {
  const clone = path.join(directory, "clone");
  const git = (...args: string[]) => execFileSync("git", args, { cwd: repository });
  git("-c", "core.autocrlf=true", "clone", "-q", "--depth=1", `file://${repository}`, clone);
  const sent = filesIn(path.join(clone, "components/machine"));
  expect(sent.length).toBeGreaterThan(20);
  expect(sent.filter((file) => fs.readFileSync(file, "utf8").includes("\r"))).toEqual([]);
});

it("scripts and files are the same bytes where every line ends in CR LF all the same", async () => {
  for (const room of ["components"]) {
    fs.cpSync(path.join(repository, room), path.join(directory, room), { recursive: true });
  }
  for (const file of filesIn(directory).filter((each) => /machine/.test(each))) {
    if (file.endsWith(".ts") || file.includes(`${path.sep}clone${path.sep}`)) continue;
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(/\n/g, "\r\n"));
  }
  const steps = (await import(
    path.join(directory, "components/machine/steps.ts")
  )) as typeof import("../../components/machine/steps");
  const scripts = (await import(
    path.join(directory, "components/machine/questions.ts")
  )) as typeof import("../../components/machine/questions");
  expect(steps.fileContents()).toEqual(fileContents());
  for (const sequence of ["enter", "converge", "observe"] as const) {
    expect(steps.sourceOf(sequence)).toBe(sourceOf(sequence));
  }
  expect(scripts.factsScript()).toBe(factsScript());
  expect(JSON.stringify(fileContents())).not.toContain("\\r");
});
