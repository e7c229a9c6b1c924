import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";

import { endLeftovers, leftoversOf, runMark } from "../../../tools/test-run/leftovers";

describe.runIf(process.platform === "linux")("programs that outlive a test run", () => {
  const started: ChildProcess[] = [];
  afterEach(() => started.forEach((child) => child.kill("SIGKILL")));

  /** Starts a shell that says when it is ready, in a session of its own, as a daemon would be. */
  const start = async (run: string, script: string) => {
    const env = { ...process.env, [runMark]: run, BERTH_LOCAL_DIR: "/the/cloud/of/a/test" };
    const options = { detached: true, env, stdio: ["ignore", "pipe", "ignore"] as const };
    const child = spawn("sh", ["-c", script], { ...options, stdio: [...options.stdio] });
    started.push(child);
    await once(child.stdout!, "data");
    return child;
  };

  it("are found by their mark and ended, another run's are left alone", async () => {
    const [mine, other] = [randomUUID(), randomUUID()];
    const orphan = await start(mine, "echo ready; sleep 60");
    const neighbour = await start(other, "echo ready; sleep 60");
    const ended = await endLeftovers(mine, 0);
    expect(ended.map(({ pid }) => pid)).toContain(orphan.pid);
    expect(ended.map(({ command }) => command).join()).toContain("sleep 60");
    expect(ended[0]!.origin).toContain(`in ${process.cwd()} `);
    expect(ended[0]!.origin).toContain("BERTH_LOCAL_DIR=/the/cloud/of/a/test");
    expect(leftoversOf(other).map(({ pid }) => pid)).toContain(neighbour.pid);
    await expect.poll(() => leftoversOf(mine)).toEqual([]);
  });

  it("are not those that end by themselves in a moment", async () => {
    const run = randomUUID();
    await start(run, "echo ready; sleep 0.3");
    expect(leftoversOf(run)).not.toEqual([]);
    expect(await endLeftovers(run)).toEqual([]);
  });
});
