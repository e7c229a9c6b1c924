import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { endOrphans } from "../../cloud/dead-engines";

describe.runIf(process.platform === "linux")("a language host without an engine", () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-orphans-"));
  const program = path.join(directory, "pulumi-language-nodejs");
  fs.symlinkSync("/bin/sleep", program);
  const started: ChildProcess[] = [];
  afterAll(() => {
    for (const child of started) child.kill("SIGKILL");
    fs.rmSync(directory, { recursive: true });
  });

  /** One of an engine that was killed, whose backend has this address. */
  const orphan = (address: string) => {
    const env = { PULUMI_BACKEND_URL: address };
    const child = spawn(program, ["60"], { env, stdio: "ignore" });
    started.push(child);
    return child;
  };

  it("is ended by the address of its backend, whether a lock tells of it or not", async () => {
    const mine = orphan("file:///one");
    const other = orphan("file:///one/more");
    const ended = new Promise((resolve) => mine.on("exit", (_, signal) => resolve(signal)));
    endOrphans("file:///one");
    expect(await ended).toBe("SIGKILL");
    expect(other.exitCode ?? other.signalCode).toBe(null);
  });
});
