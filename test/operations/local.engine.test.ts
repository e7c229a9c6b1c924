import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";

import { repository } from "../../rehearsal/paths";
import { Clone } from "../local/clone";

describe("berth on the local cloud", () => {
  const clone = new Clone();
  afterAll(() => clone.remove());

  it("is run by npm run local, and tells what is not deployed yet in every stack", async () => {
    const status = await clone.local("berth", "status");
    // Nothing was looked at, so there is no all-clear.
    expect(status, status.stderr).toMatchObject({ code: 1 });
    expect(status.stdout).not.toContain("Nothing needs a person");
    expect(status.stdout).toContain("no machine was looked at");
    expect(status.stdout).toMatch(/^Not deployed yet: .*prod\/kmc.*prod-b\/cortico.*stage\/kmc/m);
    expect(status.stderr).toContain("machines are records in this local cloud; nobody answers");
    const converge = await clone.local("berth", "converge", "--environment", "stage");
    expect(converge).toMatchObject({ code: 1, stdout: "" });
    expect(converge.stderr).toContain("nothing is deployed yet: stage/cryptsend, stage/kmc");
  });

  it("is run by npx in the clone, as people type it", () => {
    const run = (...argv: string[]) =>
      spawnSync("npx", ["--no", "berth", ...argv], { cwd: repository, encoding: "utf8" });
    const help = run("status", "--help");
    expect(help, help.stderr).toMatchObject({ status: 0 });
    expect(help.stdout).toContain("status");
    const unknown = run("stauts");
    expect(unknown.status).toBe(64);
    expect(unknown.stderr).toContain("Did you mean status?");
  });

  it("ends with 64 for what it does not know, and says what there is", async () => {
    const unknown = await clone.local("berth", "stauts");
    expect(unknown).toMatchObject({ code: 64, stdout: "" });
    expect(unknown.stderr).toContain("Did you mean status? There are: converge, ");
    const stack = await clone.local("berth", "status", "--stack", "prd");
    expect(stack).toMatchObject({ code: 1, stdout: "" });
    expect(stack.stderr).toContain('no stack is called "prd". Did you mean prod?');
  });
});
