import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

import { repository } from "../../rehearsal/paths";
import { runProgram } from "../../engine/program";
import { Server } from "./loopback-server";

describe("what the pipelines say outside", () => {
  it("tells Slack the outcome and names the committer, without markup of theirs", async () => {
    const slack = new Server(() => "ok");
    const url = await slack.start();
    const clone = fs.mkdtempSync(path.join(os.tmpdir(), "berth-slack-"));
    fs.cpSync(path.join(repository, ".ci"), path.join(clone, ".ci"), { recursive: true });
    const git = (...argv: string[]) => execFileSync("git", argv, { cwd: clone });
    git("init", "-q");
    git("add", "-A");
    git(
      "-c",
      "user.name=Ana <!channel>",
      "-c",
      "user.email=a@example.org",
      "commit",
      "-q",
      "-m",
      `Say "hi" & <go>`,
    );
    const env = { ...process.env, SLACK_WEBHOOK_URL: `${url}/hook` };
    const { code, stderr } = await runProgram(
      path.join(clone, ".ci", "slack"),
      ["failure", "stage"],
      { cwd: clone, env },
    );
    slack.stop();
    fs.rmSync(clone, { recursive: true });
    expect(code, stderr).toBe(0);
    const { text } = JSON.parse(slack.got[0]!.body) as { text: string };
    expect(text).toMatch(/^:x: stage: failure\. [0-9a-f]+ by Ana /);
    expect(text).toContain('Say "hi" &amp; &lt;go&gt;');
    expect(text).not.toContain("<!channel>");
  });

  /** Deploys with a `pulumi` that answers as `answer` (shell) says; what it was called with. */
  async function deploy(environment: string, answer: string, files: Record<string, string> = {}) {
    const bin = fs.mkdtempSync(path.join(os.tmpdir(), "berth-bin-"));
    const clone = path.join(bin, "clone");
    fs.mkdirSync(clone);
    // Copies: a program finds its clone by where its files really are.
    const ground = path.join("packages", "local-cloud", "ground");
    const setup = [ground, path.join("tools", "setup")];
    for (const room of [".ci", "components", "engine", "operations", ...setup]) {
      fs.cpSync(path.join(repository, room), path.join(clone, room), { recursive: true });
    }
    fs.symlinkSync(path.join(repository, "node_modules"), path.join(clone, "node_modules"));
    for (const name of fs
      .readdirSync(repository)
      .filter((each) => /^(Pulumi|package)[.-]/.test(each))) {
      fs.copyFileSync(path.join(repository, name), path.join(clone, name));
    }
    for (const [name, text] of Object.entries(files))
      fs.writeFileSync(path.join(clone, name), text);
    const called = path.join(bin, "called");
    const script = `#!/bin/sh\necho "$@" >> ${called}\n${answer}\n`;
    fs.writeFileSync(path.join(bin, "pulumi"), script, { mode: 0o755 });
    const env = { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}` };
    const deployed = await runProgram(path.join(clone, ".ci", "deploy"), [environment], {
      cwd: clone,
      env,
    });
    const calls = fs.existsSync(called) ? fs.readFileSync(called, "utf8") : "";
    fs.rmSync(bin, { recursive: true });
    return { ...deployed, calls };
  }

  it("explains a lock that somebody holds, and removes none", async () => {
    const answer = 'echo "error: the stack is currently locked by 1 lock(s)." >&2\nexit 255';
    const { code, stderr, calls } = await deploy("stage", answer);
    expect(code).not.toBe(0);
    expect(stderr).toContain("pulumi cancel --stack stage");
    expect(calls).toMatch(/^up --yes .*--policy-pack policies\/pack\n$/);
  });

  const served =
    "config:\n  berth:projects:\n    kmc: { servedBy: prod-b }\n    shop: { servedBy: prod-a }\n    wiki: { servedBy: prod-b }\n";
  const hosts = { "Pulumi.prod.yaml": served, "Pulumi.prod-a.yaml": "config: {}\n" };

  it("deploys the host stacks that serve before the environment", async () => {
    const { code, calls, stderr } = await deploy("prod", "exit 0", hosts);
    expect(code, stderr).toBe(0);
    const stacks = [...calls.matchAll(/--stack (\S+)/g)].map(([, name]) => name);
    expect(stacks).toEqual(["prod-a", "prod-b", "prod"]);
  });

  it("touches no environment whose host stack failed", async () => {
    const { code, calls } = await deploy("prod", 'case "$*" in *prod-b*) exit 3 ;; esac', hosts);
    expect(code).toBe(3);
    expect(calls).not.toMatch(/--stack prod /);
  });

  it("gives a deployer's key to an agent, and to nothing that a deployment could read", async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-agent-"));
    execFileSync("ssh-keygen", [
      "-q",
      "-t",
      "ed25519",
      "-N",
      "",
      "-f",
      path.join(directory, "key"),
    ]);
    const key = fs.readFileSync(path.join(directory, "key"), "utf8");
    const [, , body = ""] = key.split("\n");
    const env = { ...process.env, DEPLOYER_KEY: key.trimEnd() };
    const agent = path.join(repository, ".ci", "agent");
    const { code, stdout, stderr } = await runProgram(agent, [], { cwd: repository, env });
    expect([code, stderr]).toEqual([0, ""]);
    const found = Object.fromEntries(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.split("=") as [string, string]),
    );
    expect(Object.keys(found)).toEqual(["SSH_AUTH_SOCK", "SSH_AGENT_PID"]);
    try {
      const public_ = fs.readFileSync(path.join(directory, "key.pub"), "utf8").split(" ")[1];
      const listed = execFileSync("ssh-add", ["-L"], { env: { ...process.env, ...found } });
      expect(listed.toString()).toContain(public_);
      expect(environmentOf(found["SSH_AGENT_PID"]!)).not.toContain(body);
    } finally {
      process.kill(Number(found["SSH_AGENT_PID"]));
      fs.rmSync(directory, { recursive: true });
    }
  });
});

/** A process's environment, as far as whoever runs the tests may read it: an agent's is root's alone. */
function environmentOf(pid: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return "";
  }
}
