import { type ChildProcess, execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { readOutputs } from "../../components/outputs/schema";
import { repository } from "../../rehearsal/paths";
import { Clone } from "./clone";

const committed = () =>
  execFileSync("git", ["status", "--porcelain", "--", "Pulumi*.yaml"], {
    cwd: repository,
    encoding: "utf8",
  });

function environmentOf(pid: string): string[] {
  try {
    return fs.readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}

describe("a rehearsal, from nothing to nothing", () => {
  const clone = new Clone();
  const { local, rehearse } = clone;
  // An engine that is killed may leave a server that no state knows, and with it what that one uses
  // cannot be destroyed: those tests have a clone of their own.
  const cut = new Clone();
  const before = committed();
  afterAll(async () => {
    await clone.remove();
    await cut.remove();
  });

  /** Starts one, ends it by `end` when it makes a resource, and answers its exit code. */
  const cutOff = async (end: (child: ChildProcess) => void): Promise<number | null> => {
    const child = cut.start("rehearsal/rehearse", []);
    let interrupted = false;
    child.stdout?.on("data", (data: Buffer) => {
      if (interrupted || !/Bucket|Droplet|Server|Record/.test(data.toString())) return;
      interrupted = true;
      end(child);
    });
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    expect(interrupted).toBe(true);
    return code;
  };

  it("survives Ctrl-C in the middle of the deployment", async () => {
    expect(await cutOff((child) => child.kill("SIGINT"))).toBeGreaterThan(0);
  });

  it("survives the end of everything at once, the engine and the cloud too", async () => {
    const code = await cutOff((child) => {
      child.kill("SIGKILL");
      const locks = path.join(cut.directory, "state/.pulumi/locks/organization/berth/stage");
      for (const name of fs.readdirSync(locks).filter((each) => each.endsWith(".json"))) {
        const text = fs.readFileSync(path.join(locks, name), "utf8");
        process.kill((JSON.parse(text) as { pid: number }).pid, "SIGKILL");
      }
      process.kill(cut.pid(), "SIGKILL");
    });
    expect(code).toBe(null);
    const orphans = () => {
      const said = spawnSync("pgrep", ["-f", "pulumi-language|cmd/run"], {
        encoding: "utf8",
      }).stdout;
      const mine = `BERTH_LOCAL_DIR=${cut.directory}`;
      return said.split("\n").filter((pid) => pid && environmentOf(pid).includes(mine));
    };
    // The language host, and the program unless it has ended by itself; found by what /proc tells of them.
    if (process.platform === "linux") expect(orphans()).not.toEqual([]);
    await cut.local("true");
    expect(orphans()).toEqual([]);
  });

  it("ends with the table, also after that", async () => {
    let ended = await cut.rehearse();
    if (ended.code !== 0) {
      // A bucket that was being made in that very moment may be in no state: it is refused by its name, and how one
      // begins anew is said at the end of each rehearsal.
      expect(ended.stdout + ended.stderr).toMatch(
        /would make the bucket \S+, which exists in this account and is not in this stack's state/,
      );
      expect((await cut.rehearse("--down")).code).toBe(0);
      ended = await cut.rehearse();
    }
    const { code, stdout, stderr } = ended;
    expect(code, stdout + stderr).toBe(0);
    const output = await cut.local("pulumi", "stack", "output", "--json", "--stack", "stage");
    const { projects, nodes } = readOutputs("stage", JSON.parse(output.stdout));
    expect(Object.keys(projects).length).toBeGreaterThan(0);
    for (const [slug, { primary, node }] of Object.entries(projects)) {
      expect(stdout).toMatch(new RegExp(`^${slug} +${nodes[node ?? slug]?.provider}`, "m"));
      expect(stdout).toContain(primary);
      expect(stdout).toContain(nodes[node ?? slug]?.reason);
    }
    expect(stdout).toContain("npm run rehearse -- --down");
  });

  it("tells what there is and what is not done where a machine fails, and goes on from there", async () => {
    await local("true");
    const { control } = clone.read<{ control: number }>("cloud.json");
    const fault = { type: "digitalocean:index/droplet:Droplet", operation: "create" };
    const body = JSON.stringify({ ...fault, kind: "error", message: "told to fail" });
    await fetch(`http://127.0.0.1:${control}/faults`, { method: "POST", body });
    const { code, stdout, stderr } = await rehearse();
    expect(code, stderr).toBe(1);
    expect(stdout).toMatch(/^portal +aws \S+ \S+ +10\./m);
    expect(stdout).toMatch(/^kmc +digitalocean \S+ \S+ +- .*\n {2}log in {2}not yet, see below$/m);
    expect(stdout).toMatch(/^Not done:\n {2}kmc: create kmc-server, .*create kmc-converge/m);
    expect(stdout).not.toMatch(/^ {2}portal: /m);
    expect(stderr).toContain("npm run rehearse goes on where it stopped");
    expect((await rehearse()).code).toBe(0);
  });

  it("changes nothing the second time", async () => {
    const { code, stdout } = await rehearse();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +\d+ unchanged$/m);
    expect(stdout).not.toMatch(/\d+ (created|updated|deleted|replaced)/);
  });

  it("keeps to plain habits: select, preview, up with a target, refresh, destroy", async () => {
    expect((await local("pulumi", "stack", "select", "stage")).code).toBe(0);
    expect((await local("pulumi", "preview", "--diff", "--expect-no-changes")).code).toBe(0);
    const preview = await local("pulumi", "preview", "--json");
    expect(
      Object.keys((JSON.parse(preview.stdout) as { changeSummary: object }).changeSummary),
    ).toEqual(["same"]);
    expect((await local("pulumi", "refresh", "--yes", "--expect-no-changes")).code).toBe(0);
    const target = ["--target", "**DnsRecord::*"];
    const destroy = ["pulumi", "destroy", "--yes", "--skip-preview"];
    // A machine that demands the edge's certificate saw it under these names: the engine asks for both.
    const alone = await local(...destroy, ...target);
    expect(alone.code).not.toBe(0);
    expect(alone.stdout + alone.stderr).toContain("--target-dependents");
    expect((await local(...destroy, ...target, "--target-dependents")).code).toBe(0);
    const demands = ["--target", "**::*-origin-pulls-demanded"];
    const restored = await local("pulumi", "up", "--yes", "--skip-preview", ...target, ...demands);
    expect(restored.stdout).toMatch(/\+ \d+ created/);
    expect((await local("pulumi", "preview", "--expect-no-changes")).code).toBe(0);
    expect((await local(...destroy)).code).toBe(0);
  });

  it("has changed no committed file", () => {
    expect(committed()).toBe(before);
  });
});
