import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { serveAgent, type Agent } from "../../packages/local-cloud/cloud/agent";
import { cloudName, repository } from "../../rehearsal/paths";
import { cloudPathsIn } from "../../packages/local-cloud/cloud/paths";
import { ensureStandIns, standInsFile } from "../../rehearsal/stand-ins";
import { runProgram } from "../../engine/program";

describe("key pairs of a rehearsal", () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-keys-"));
  afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));
  const standIns = () =>
    JSON.parse(fs.readFileSync(standInsFile(directory), "utf8")) as Record<string, string>;

  it("are made for every key that the stack files declare, and stay the same", () => {
    const keys = ensureStandIns(directory, repository);
    expect(Object.keys(keys.members)).toEqual(["clark", "maria", "sam"]);
    const first = standIns();
    expect(Object.keys(first).length).toBeGreaterThanOrEqual(7);
    ensureStandIns(directory, repository);
    expect(standIns()).toEqual(first);
  });

  it("have private halves that their owner alone can read, and that fit", () => {
    const { members } = ensureStandIns(directory, repository);
    for (const [pair] of Object.values(members)) {
      expect(fs.statSync(pair!.file).mode & 0o777).toBe(0o600);
      const derived = execFileSync("ssh-keygen", ["-y", "-f", pair!.file], { encoding: "utf8" });
      expect(derived.trim()).toBe(pair!.public);
    }
  });

  it("are none for what is no public key", () => {
    const { pairOf } = ensureStandIns(directory, repository);
    expect(pairOf("-----BEGIN OPENSSH PRIVATE KEY-----")).toBeUndefined();
    expect(pairOf("ssh-ed25519 nonsense")).toBeUndefined();
  });

  describe("in the agent", () => {
    let agent: Agent;
    const ask = (program: string, ...args: string[]) =>
      runProgram(program, args, {
        cwd: directory,
        env: { ...process.env, SSH_AUTH_SOCK: agent.socket },
      });
    beforeAll(async () => {
      agent = await serveAgent(cloudPathsIn(directory, cloudName));
    });
    afterAll(() => agent.stop());

    it("are the deployers' alone", async () => {
      const { deployers } = ensureStandIns(directory, repository);
      const listed = (await ask("ssh-add", "-L")).stdout.trim().split("\n");
      expect(listed.map((line) => line.trim())).toEqual(deployers.map((pair) => pair.public));
    });

    it("sign, and what somebody else's key should sign is refused", async () => {
      const { deployers, members } = ensureStandIns(directory, repository);
      const sign = (key: string) => {
        const file = path.join(directory, "public");
        fs.writeFileSync(file, `${key}\n`);
        return ask("ssh-add", "-T", file);
      };
      expect((await sign(deployers[0]!.public)).code).toBe(0);
      expect((await sign(members["clark"]![0]!.public)).code).not.toBe(0);
    });

    it("go on being served after a request that is not known", async () => {
      // Removing all keys: an agent's owner may, but these are the local cloud's.
      expect((await ask("ssh-add", "-D")).code).not.toBe(0);
      expect((await ask("ssh-add", "-l")).code).toBe(0);
    });
  });
});
