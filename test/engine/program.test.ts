import { describe, expect, it } from "vitest";

import { runProgram, untilAsked } from "../../engine/program";

const shell = (script: string, how = {}) => runProgram("sh", ["-c", script], how);

describe("a program that is run", () => {
  it("ends with a status, its words apart, whatever it was", async () => {
    const ended = await shell("cat; echo no >&2; exit 3", { input: "yes", env: { PATH: "/bin" } });
    expect(ended).toMatchObject({ code: 3, stdout: "yes", stderr: "no\n", flooded: false });
    expect(await shell("kill -TERM $$")).toMatchObject({ code: 143 });
  });

  it("gives the bytes that it printed", async () => {
    const { bytes } = await shell("printf '\\377\\0'");
    expect([...bytes]).toEqual([255, 0]);
  });

  it("is an error of the system where there is none", async () => {
    await expect(runProgram("no-such-program", [])).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("is ended where it says too much", async () => {
    const ended = await shell("while :; do echo more; done", { limitBytes: 10_000, by: "SIGKILL" });
    expect(ended).toMatchObject({ code: 137, flooded: true });
    expect(ended.stdout.length).toBeLessThanOrEqual(10_000);
  });

  it("is waited for no longer than it is wanted, though what it started holds the pipes", async () => {
    const signal = AbortSignal.timeout(300);
    const script = "sleep 30 & echo $!; wait";
    const { code, stdout } = await shell(script, { signal, by: "SIGKILL" });
    expect(code).toBe(137);
    // It is nobody's child now, and nothing may outlive the tests.
    process.kill(Number(stdout));
  });

  it("is ended gently when this process is asked to end, which goes on", async () => {
    const ended = untilAsked((signal) =>
      shell("trap 'echo cleared; exit 5' TERM; echo ready; while :; do sleep 0.02; done", {
        signal,
        onStdout: () => process.emit("SIGTERM", "SIGTERM"),
      }),
    );
    expect(await ended).toMatchObject({ code: 5, stdout: "ready\ncleared\n" });
  });
});
