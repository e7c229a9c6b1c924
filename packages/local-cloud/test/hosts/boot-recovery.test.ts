import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { thisComputer } from "../../ground/computer";
import { clearHosts, ensureTemplate } from "../../hosts";
import { run } from "../../hosts/process";
import { Ground, traces } from "./boot-ground";

const owner = join(__dirname, "boot-owner.ts");

/** Starts the owner and answers when it has printed a line that holds `word`. */
async function startOwner(state: string, what: string, word: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--require", "tsx/cjs", owner, state, what], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
      if (said.includes(word)) resolve();
    });
    child.once("exit", (code) => reject(new Error(`the owner ended with ${code}: ${said}`)));
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.removeAllListeners("exit");
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

describe("hosts whose owner is killed", () => {
  let ground: Ground;

  beforeAll(() => ensureTemplate(thisComputer()));
  beforeEach(() => {
    ground = new Ground();
  });
  afterEach(() => ground.clear());

  it("run on, and the next owner takes them over as they are", async () => {
    await kill(await startOwner(ground.state, "2", "created"));
    const machines = await ground.open();
    const before = await machines.list();
    expect(before.map(({ spec, status }) => [spec.id, status])).toEqual([
      ["host-0", "running"],
      ["host-1", "running"],
    ]);
    await machines.ready("host-0", "booted");
    const told = await machines.exec("host-0", [
      "curl",
      "-sf",
      "http://169.254.169.254/conf?format=json",
    ]);
    expect(JSON.parse(told.stdout)).toMatchObject({ hostname: "host-0" });
    expect((await machines.list()).map(({ pid }) => pid)).toEqual(before.map(({ pid }) => pid));
  });

  it("are whole or not there, at whatever moment of their making it was", async () => {
    for (const moment of [0, 20, 60, 120, 250, 500]) {
      const child = await startOwner(ground.state, "3", "opened");
      await sleep(moment);
      await kill(child);
      const machines = await ground.open();
      await machines.restartLost();
      for (const { spec, status } of await machines.list()) {
        expect(status, `${spec.id} after ${moment} ms`).toBe("running");
        await machines.ready(spec.id);
      }
      const hosts = await machines.list();
      const directories = readdirSync(join(ground.layout.home, "machines"));
      expect(directories.sort()).toEqual(hosts.map(({ spec }) => spec.id).sort());
      await machines.close();
      await clearHosts(ground.layout);
      expect(await traces(ground.layout), `killed after ${moment} ms`).toEqual([]);
    }
  });

  it("are cleared although their state directory is gone", async () => {
    await kill(await startOwner(ground.state, "1", "created"));
    renameSync(ground.state, join(ground.directory, "elsewhere"));
    await clearHosts(ground.layout);
    expect(await traces(ground.layout)).toEqual([]);
  });
});

describe("a host whose processes are killed", () => {
  const ground = new Ground();
  afterAll(() => ground.clear());

  it("is lost without a trace outside its disk, and comes back with what it had", async () => {
    const machines = await ground.open();
    await machines.create({
      id: "fr-par-1/3f6b5a0e",
      name: "lost",
      address: machines.addressAt(0),
      cloud: "scaleway",
      login: "root",
    });
    await machines.ready("fr-par-1/3f6b5a0e", "booted");
    await machines.exec("fr-par-1/3f6b5a0e", ["sh", "-c", "echo kept > /root/note"]);
    const pid = (await machines.list())[0]?.pid;
    process.kill(pid!, "SIGKILL");
    const processes = async () =>
      (await traces(ground.layout)).filter((line) => line.includes("nspawn"));
    await expect.poll(processes).toEqual([]);
    expect((await machines.list())[0]?.status).toBe("lost");
    await machines.restartLost();
    await machines.ready("fr-par-1/3f6b5a0e", "booted");
    const note = await machines.exec("fr-par-1/3f6b5a0e", ["cat", "/root/note"]);
    expect(note.stdout).toBe("kept\n");
  });
});

describe("a template whose build is killed", () => {
  const ground = new Ground();
  afterAll(() => ground.clear());

  it("leaves no builder and no mount, and the next build starts over", async () => {
    const cache = join(ground.directory, "cache");
    mkdirSync(cache);
    await kill(await startOwner(cache, "template", "template: extracting"));
    const left = async () => {
      const processes = await run(["ps", "-eo", "pid,args"]);
      const lines = `${processes}${readFileSync("/proc/self/mounts", "utf8")}`.split("\n");
      return lines.filter((line) => line.includes(cache));
    };
    await expect.poll(left).toEqual([]);
    const second = await startOwner(cache, "template", "template: extracting");
    const builds = readdirSync(join(cache, "hosts")).filter((name) => name.startsWith(".building"));
    expect(builds).toEqual([`.building-${second.pid}`]);
    await kill(second);
    await expect.poll(left).toEqual([]);
  });
});
