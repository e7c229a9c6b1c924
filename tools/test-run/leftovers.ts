import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { clearHosts, mark } from "../../packages/local-cloud/hosts";
import { layoutOf } from "../../packages/local-cloud/hosts/layout";
import { identify, signal, type ProcessIdentity } from "../../packages/local-cloud/hosts/process";

/** Every process of a run carries it in its environment, whoever its parent has become since: machines too. */
export const runMark = mark;

/** A process that outlived the run that started it. */
export interface Leftover extends ProcessIdentity {
  /** Its command line, cut to what a person reads. */
  readonly command: string;
  /** Where it ran and whose it was, by which the test is found that started it. */
  readonly origin: string;
}

/**
 * Ends what a run started and did not end, after a moment for what is just ending by itself; returns
 * what had to be ended. Only where there is a /proc to find it in.
 */
export async function endLeftovers(run: string, patienceMs = 5_000): Promise<Leftover[]> {
  const until = Date.now() + patienceMs;
  while (leftoversOf(run).length > 0 && Date.now() < until) await sleep(100);
  const left = leftoversOf(run);
  const clouds = cloudsOf(left);
  for (const each of left) signal(each, "SIGKILL");
  // Networks and cgroups are no processes.
  for (const [state, name] of clouds) await clearHosts(layoutOf(state, name));
  return left;
}

/** Clouds whose machines are among these: their names by the directories of their state. */
function cloudsOf(left: readonly Leftover[]): Map<string, string> {
  return new Map(
    left.flatMap(({ pid }): [string, string][] => {
      const state = /^(.+)\/hosts\/machines\/[^/]+$/.exec(link(`/proc/${pid}/cwd`))?.[1];
      const group = environmentOf(pid).find((each) => each.startsWith("CGROUP="));
      const name = /^CGROUP=(.+)-[0-9a-f]{6}\//.exec(group ?? "")?.[1];
      return state === undefined || name === undefined ? [] : [[state, name]];
    }),
  );
}

/** Processes that carry a run's mark, this one aside. */
export function leftoversOf(run: string): Leftover[] {
  if (!fs.existsSync("/proc/self/environ")) return [];
  const pids = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).flatMap((pid) => {
    // First, so that whoever gets its number later is not taken for it.
    const identity = identify(pid);
    if (!identity || pid === process.pid || !marked(pid, run)) return [];
    const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
    // A process that has ended and waits for its parent has no command line.
    if (command === "") return [];
    return [{ ...identity, command: command.slice(0, 160), origin: originOf(pid) }];
  });
}

function marked(pid: number, run: string): boolean {
  return environmentOf(pid).includes(`${runMark}=${run}`);
}

function originOf(pid: number): string {
  const told = environmentOf(pid).filter((each) =>
    /^(BERTH_LOCAL_DIR|PULUMI_BACKEND_URL)=/.test(each),
  );
  return [`in ${link(`/proc/${pid}/cwd`)}`, ...told].join(" ");
}

/** Variables that a process was started with, `NAME=value` each. */
function environmentOf(pid: number): string[] {
  return read(`/proc/${pid}/environ`).split("\0");
}

/** Where a link leads; `?` where the process is gone. */
function link(file: string): string {
  try {
    return fs.readlinkSync(file);
  } catch {
    return "?";
  }
}

/** A file's text; none of a process that is gone, or another person's. */
function read(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
