import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { identityOf } from "../../components/fleet/ssh-key";
import { pastOf } from "../../operations/people/offboarding/history";
import { publicKey } from "../stack-file/fixture";

describe("what the history of the stack files knows of a person", () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-past-"));
  const commit = (members: Record<string, unknown>, day: number) => {
    const config = { "berth:team": { value: { members } } };
    fs.writeFileSync(path.join(directory, "Pulumi.yaml"), stringify({ name: "past", config }));
    const date = `2026-11-${day}T12:00:00Z`;
    const who = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@b.c", GIT_AUTHOR_DATE: date };
    const too = { GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@b.c", GIT_COMMITTER_DATE: date };
    const env = { PATH: process.env["PATH"], ...who, ...too };
    execFileSync("git", ["-C", directory, "add", "."], { env });
    execFileSync("git", ["-C", directory, "commit", "-qm", "x"], { env });
  };
  const ana = { keys: [publicKey(1)] };

  beforeAll(() => {
    execFileSync("git", ["init", "-q", directory]);
    commit({ ana, samantha: { keys: [publicKey(9)] } }, 10);
    commit({ ana, sam: { keys: [publicKey(2, "old")] } }, 12);
    commit({ ana, sam: { keys: [publicKey(3, "new")] } }, 14);
    commit({ ana }, 16);
  });
  afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

  it("is their keys, and the day before they came", async () => {
    const { keys, came } = await pastOf("sam", directory);
    expect([...keys].sort()).toEqual([publicKey(2), publicKey(3)].map(identityOf).sort());
    expect(new Date(came * 1000).toISOString()).toBe("2026-11-11T12:00:00.000Z");
  });

  it("is nothing of who was never there, and outside of a clone", async () => {
    expect(await pastOf("bob", directory)).toEqual({ keys: [], came: 0 });
    expect(await pastOf("sam", os.tmpdir())).toEqual({ keys: [], came: 0 });
  });
});
