import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { berth, contextOf } from "../../operations/berth";
import { committedFiles, presentFiles } from "../../operations/people/offboarding/files";

describe("off-boarding somebody whom only the last commit still knows", () => {
  const clone = fs.mkdtempSync(path.join(os.tmpdir(), "berth-committed-"));
  // The project need not be the whole repository.
  const directory = path.join(clone, "infrastructure");
  const file = path.join(directory, "Pulumi.yaml");
  const roster = (names: string) =>
    `name: berth\nconfig:\n  berth:team:\n    groups: { everyone: [${names}] }\n`;
  const git = (...argv: string[]) => {
    const identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"];
    execFileSync("git", [...identity, ...argv], { cwd: directory });
  };

  beforeAll(() => {
    fs.mkdirSync(directory);
    fs.writeFileSync(file, roster("ana, sam"));
    git("init", "-q");
    git("add", "Pulumi.yaml");
    git("commit", "-q", "-m", "Roster");
    fs.writeFileSync(file, roster("ana"));
  });
  afterAll(() => fs.rmSync(clone, { recursive: true, force: true }));

  it("is refused before anything is asked of the engine, with the commit to make", async () => {
    let said = "";
    const context = {
      ...contextOf(directory, { PATH: process.env["PATH"] }),
      say: (text: string) => void (said += text),
      published: () => Promise.reject(new Error("the engine was asked")),
    };
    expect(await berth(context, ["offboard", "sam"])).toBe(1);
    expect(said).toContain('git commit -m "Off-board sam" -- Pulumi.yaml');
  });

  it("reads files as they are and as they were committed; outside a clone there is no commit", async () => {
    expect(presentFiles(directory)).toEqual({ "Pulumi.yaml": roster("ana") });
    expect(await committedFiles(directory)).toEqual({ "Pulumi.yaml": roster("ana, sam") });
    expect(await committedFiles(os.tmpdir())).toEqual({});
  });
});
