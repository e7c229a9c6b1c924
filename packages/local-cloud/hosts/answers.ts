/** Finding out how far a host's boot has come. */

import { readFileSync } from "node:fs";
import { connect } from "node:net";
import type { Milestone } from "./machine";
import { type Finished, waitUntil } from "./process";
import type { HostReport } from "./spec";

/** Runs a program in the host that is asked about. */
export type Execute = (argv: readonly string[]) => Promise<Finished>;

/** Waits until a host has come to a milestone; refuses after the time, with the console's end. */
export async function waitForMilestone(
  report: () => HostReport,
  execute: Execute,
  milestone: Milestone,
  timeoutMs: number,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  const left = () => Math.max(0, end - performance.now());
  const { spec, console } = report();
  const reached =
    (await waitUntil(() => answersSsh(spec.address), left(), 50)) &&
    (milestone === "ssh" || (await finishesBoot(execute, left())));
  if (reached) return;
  const said = readFileSync(console, "utf8").trim().split("\n").slice(-5).join("\n");
  throw new Error(
    `host ${spec.name} (${spec.address}) has not come to ${milestone} in ` +
      `${Math.round(timeoutMs / 1000)} s; it is ${report().status}. Its console (${console}) ends:\n${said}`,
  );
}

/**
 * Asked again where a boot is over because the next one begins. systemd waits for cloud-init's stages as for
 * every unit; cloud-init itself, which takes a quarter of a second to answer, is asked where it left no result.
 */
function finishesBoot(execute: Execute, timeoutMs: number): Promise<boolean> {
  const script = [
    "state=$(systemctl is-system-running --wait)",
    "[ -e /run/cloud-init/result.json ] || cloud-init status --wait",
    'echo "$state"',
  ].join("; ");
  const seconds = String(Math.max(1, Math.ceil(timeoutMs / 1000)));
  return waitUntil(async () => {
    const asked = execute(["timeout", seconds, "sh", "-c", script]);
    const done = await asked.catch(() => undefined);
    return /(running|degraded)\s*$/.test(done?.stdout ?? "");
  }, timeoutMs);
}

/** Whether an SSH server says hello; connecting alone would not show that it is past its start. */
function answersSsh(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22 });
    const answer = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.setTimeout(1_000, () => answer(false));
    socket.once("error", () => answer(false));
    socket.once("close", () => answer(false));
    socket.once("data", (data) => answer(data.toString("latin1").startsWith("SSH-")));
  });
}
