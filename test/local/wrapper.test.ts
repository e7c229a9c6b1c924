import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import type { CloudCard } from "../../packages/local-cloud/cloud/cloud";
import { rehearsalEnvironment } from "../../rehearsal/environment";
import { cloudPaths, repository } from "../../rehearsal/paths";
import { stackNames } from "../../packages/local-cloud/cloud/stacks";
import { isRunning } from "../../packages/local-cloud/ground/lock";
import { Clone } from "./clone";

const clone = new Clone();
const { local, rehearse } = clone;
afterAll(() => clone.remove());

const gitStatus = () =>
  execFileSync("git", ["status", "--porcelain", "--", "Pulumi*.yaml"], {
    cwd: repository,
    encoding: "utf8",
  });

describe("npm run local", () => {
  it("says how it is used when there is no command", async () => {
    const { code, stderr } = await local();
    expect(code).toBe(2);
    expect(stderr).toContain("usage: npm run local -- <command>");
  });

  it.each([
    ["the command's exit code", ["bash", "-c", "exit 7"], 7],
    ["success", ["true"], 0],
    ["a signal as a shell tells it", ["bash", "-c", "kill -KILL $$"], 137],
    ["a command that is not found", ["no-such-command"], 127],
  ])("passes on %s", async (_, argv, expected) => {
    expect((await local(...argv)).code).toBe(expected);
  });

  it("writes nothing to the command's own output", async () => {
    expect(await local("echo", "alone")).toMatchObject({ code: 0, stdout: "alone\n" });
  });

  it("shares one cloud between two runs at once", async () => {
    const control = () => local("bash", "-c", "echo $BERTH_LOCAL_CONTROL");
    const [one, two] = await Promise.all([control(), control()]);
    expect(one.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n$/);
    expect(two.stdout).toBe(one.stdout);
  });

  it("replaces a cloud that died, and keeps its vault", async () => {
    await local("true");
    const before = { pid: clone.pid(), vault: clone.read<{ key: string }>("vault.json").key };
    process.kill(before.pid, "SIGKILL");
    expect((await local("true")).code).toBe(0);
    expect(clone.pid()).not.toBe(before.pid);
    expect(clone.read<{ key: string }>("vault.json").key).toBe(before.vault);
  });

  it("does not mistake another process with the same id for the cloud", async () => {
    await local("true");
    const started = clone.read<object>("started.json");
    const real = clone.pid();
    fs.writeFileSync(
      path.join(clone.directory, "started.json"),
      JSON.stringify({ ...started, pid: process.pid }),
    );
    expect((await local("true")).code).toBe(0);
    expect(clone.pid()).not.toBe(process.pid);
    process.kill(real, "SIGTERM");
  });

  it("restarts a cloud that runs older code, whichever file it is that changed", async () => {
    await local("true");
    const before = clone.started();
    const card = clone.read<CloudCard>("cloud.json");
    // Found, not listed: what the process imports, down to a single provider's resource.
    const named = Object.keys(card.sources.files).map((file) => path.relative(repository, file));
    for (const file of ["cloud/serve.ts", "providers/aws/ec2/eip.ts", "hosts/firewall.ts"]) {
      expect(named).toContain(path.join("packages", "local-cloud", file));
    }
    expect(named.filter((file) => file.includes("node_modules"))).toEqual([]);
    const older = Object.keys(card.sources.files).find((file) => file.endsWith("eip.ts"))!;
    const files = { ...card.sources.files, [older]: "older" };
    const file = path.join(clone.directory, "cloud.json");
    fs.writeFileSync(file, JSON.stringify({ ...card, sources: { ...card.sources, files } }));
    const { stderr } = await local("true");
    expect(stderr).toContain("starting the local cloud");
    expect(clone.pid()).not.toBe(before.pid);
    expect(isRunning(before)).toBe(false);
    expect((await local("true")).stderr).toBe("");
  });

  it("passes SIGINT to the command once and waits for it", async () => {
    const script = `
      process.on("SIGINT", () => {
        console.log("caught");
        setTimeout(() => process.exit(5), 100);
      });
      setInterval(() => undefined, 1000);
      console.log("ready");`;
    const child = clone.start("rehearsal/local", ["node", "-e", script]);
    let stdout = "";
    child.stdout?.on("data", (data: Buffer) => {
      stdout += data.toString();
      if (data.toString().includes("ready")) child.kill("SIGINT");
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, stdout }).toEqual({ code: 5, stdout: "ready\ncaught\n" });
  });

  it("shows the engine every stack that has a file and changes none of them", async () => {
    const before = gitStatus();
    const { stdout } = await local("pulumi", "stack", "ls", "--json");
    const names = (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
    expect(names.sort()).toEqual(stackNames(repository));
    expect(gitStatus()).toBe(before);
  });

  it("remembers the selected stack", async () => {
    expect((await local("pulumi", "stack", "select", "prod")).code).toBe(0);
    expect((await local("pulumi", "stack", "--show-name")).stdout).toBe("prod\n");
  });
});

describe("npm run rehearse", () => {
  it("refuses an argument it does not know", async () => {
    const { code, stderr } = await rehearse("--upside-down");
    expect(code).toBe(2);
    expect(stderr).toContain("unknown argument --upside-down; allowed: --down");
  });

  it("leaves neither process nor state after --down", async () => {
    await local("true");
    const before = clone.started();
    expect((await rehearse("--down")).code).toBe(0);
    expect(isRunning(before)).toBe(false);
    expect(fs.existsSync(clone.directory)).toBe(false);
    expect(fs.existsSync(`${clone.directory}.lock`)).toBe(false);
    const again = await rehearse("--down");
    expect(again).toMatchObject({ code: 0, stderr: "berth: there is no local cloud here\n" });
  });
});

it("leads no command to a real account", () => {
  const real = {
    PATH: "/bin",
    HOME: "/home/clark",
    AWS_PROFILE: "prod",
    AWS_SESSION_TOKEN: "real",
    CLOUDFLARE_API_KEY: "real",
    DIGITALOCEAN_ACCESS_TOKEN: "real",
    SCW_SECRET_KEY: "real",
    SSH_AUTH_SOCK: "real",
    PULUMI_ACCESS_TOKEN: "real",
    PULUMI_STACK: "prod",
    SLACK_WEBHOOK_URL: "real",
    SENTRY_URL: "real",
    JENKINS_TOKEN: "real",
  };
  const card = {
    pid: 1,
    startedAt: "",
    machines: "booted",
    ports: { aws: 1, tls: 2 },
    control: 3,
    scalewayApi: 5,
    cloudflareApi: 7,
    vault: 4,
    agent: "/tmp/x/agent.sock",
    services: {
      slack: { webhook: "http://127.0.0.1:8/hook" },
      sentry: { address: "http://127.0.0.1:9", token: "its-token" },
      jenkins: { address: "http://127.0.0.1:10", user: "berth", token: "its-token" },
    },
    sources: { node: process.version, files: {} },
  } as const;
  const env = rehearsalEnvironment(cloudPaths({ BERTH_LOCAL_DIR: "/tmp/x" }), card, "/cli", real);
  expect(Object.values(env)).not.toContain("real");
  expect(env).not.toHaveProperty("AWS_PROFILE");
  expect(env).not.toHaveProperty("PULUMI_STACK");
  expect(env).toMatchObject({
    PATH: "/cli:/bin",
    HOME: "/home/clark",
    PULUMI_BACKEND_URL: "file:///tmp/x/state",
    PULUMI_DEBUG_PROVIDERS: "aws:1,tls:2",
    SSH_AUTH_SOCK: "/tmp/x/agent.sock",
    SLACK_WEBHOOK_URL: "http://127.0.0.1:8/hook",
    SENTRY_URL: "http://127.0.0.1:9",
    JENKINS_URL: "http://127.0.0.1:10",
    JENKINS_USER: "berth",
    BERTH_REHEARSAL_KEYS: "/tmp/x/keys/stand-ins.json",
  });
});
