import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";

import type { Computer } from "../ground/computer";
import { holder, isRunning, withLock } from "../ground/lock";
import { sayOnStderr, type Say } from "../ground/progress";
import { lastLines } from "../ground/run-command";
import { clearEdge } from "../edge/edge";
import { clearHosts, layoutOf, type Layout } from "../hosts";
import { obtainVersitygw } from "../s3/versitygw";
import type { CloudCard } from "./card";
import { endOrphans } from "./dead-engines";
import { localAccounts } from "./environment";
import { chooseMachines, keepKind, type MachineOptions } from "./machine-kind";
import type { CloudPaths } from "./paths";
import type { ServeOptions } from "./serve";
import { areCurrent } from "./sources";

export type { CloudCard } from "./card";

/** The process that was started, kept apart from the card so that a reused pid is noticed. */
interface Started {
  readonly pid: number;
  readonly started: string;
}

/** What a local cloud is started with. */
export interface CloudOptions extends MachineOptions {
  readonly say?: Say;
}

const startMs = 60_000;
const stopMs = 10_000;

/**
 * The running local cloud, started when there is none: when none was started, it died, or it runs
 * older code than is on the disk now. Its world is on disk, so a restart loses nothing. Several
 * commands at once share one cloud. What its machines shall be: see `chooseMachines`. Refuses, with
 * the last lines of its log, one that cannot start.
 */
export async function ensureCloud(paths: CloudPaths, options: CloudOptions): Promise<CloudCard> {
  const { machines, computer, say = sayOnStderr } = options;
  const current = () => {
    const card = serving(paths);
    return card && areCurrent(card.sources) ? card : undefined;
  };
  const running = current();
  if (running && (!machines || machines === running.machines)) return running;
  return withLock(paths.lock, async () => {
    const kind = await chooseMachines(paths, say, options);
    const other = current();
    if (other) return other;
    await stop(paths);
    await obtainAccount(computer, say);
    // Machines of a cloud whose directory was removed by hand would answer at this one's addresses.
    if (kind !== "recorded" && !fs.existsSync(paths.machines)) await clearHosts(layout(paths));
    return start(
      paths,
      { directory: paths.directory, name: paths.name, machines: kind, computer },
      say,
    );
  });
}

/** Gets ready what keeps objects and keys, with progress; where it can not be had they are records. */
async function obtainAccount(computer: Computer, say: Say): Promise<void> {
  try {
    await obtainVersitygw(computer, say);
  } catch (error) {
    const [why] = (error instanceof Error ? error.message : String(error)).split("\n").slice(-1);
    say(`buckets and keys are records here and keep nothing, archives neither: ${why}`);
  }
}

function layout({ directory, name }: CloudPaths): Layout {
  return layoutOf(directory, name);
}

/**
 * Ends the local cloud and its machines and removes all it kept. Quiet when there is nothing. Machines
 * are cleared away even when the directory is gone already.
 */
export async function discardCloud(paths: CloudPaths): Promise<void> {
  await withLock(paths.lock, async () => {
    await stop(paths);
    if (mayHaveBooted(paths)) {
      await clearEdge(paths.edge);
      await clearHosts(layout(paths));
    }
    // A preview takes no lock: one that was killed leaves nothing but its programs.
    endOrphans(pathToFileURL(paths.state).href);
    fs.rmSync(paths.directory, { recursive: true, force: true });
  });
  removeIfEmpty(path.dirname(paths.directory));
}

/** Records leave nothing on the computer, and only root can have booted anything. */
function mayHaveBooted(paths: CloudPaths): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  return readText(paths.machines)?.trim() !== "recorded";
}

/** Whether there is anything to discard. */
export function hasCloud(paths: CloudPaths): boolean {
  return fs.existsSync(paths.directory);
}

function serving(paths: CloudPaths): CloudCard | undefined {
  const started = readJson<Started>(paths.started);
  if (!started || !isRunning(started)) return undefined;
  const card = readJson<CloudCard>(paths.card);
  return card?.pid === started.pid ? card : undefined;
}

async function start(paths: CloudPaths, options: ServeOptions, say: Say): Promise<CloudCard> {
  say("starting the local cloud");
  fs.mkdirSync(paths.directory, { recursive: true, mode: 0o700 });
  keepKind(paths, options.machines);
  fs.rmSync(paths.card, { force: true });
  const log = fs.openSync(paths.log, "w");
  // A Ctrl-C between the start and the note of it would leave a process that nobody knows of.
  const hold = () => undefined;
  process.on("SIGINT", hold).on("SIGTERM", hold);
  const child = spawn(
    process.execPath,
    [
      ...["--import", pathToFileURL(require.resolve("tsx")).href],
      ...[path.join(__dirname, "serve.ts"), JSON.stringify(options)],
    ],
    {
      cwd: __dirname,
      detached: true,
      stdio: ["ignore", log, log],
      // Providers look for credentials in the engine's environment, and where the system does not
      // show that (it is read from /proc), in this process's own.
      env: { ...process.env, ...localAccounts },
    },
  );
  fs.closeSync(log);
  child.unref();
  const { pid } = child;
  if (pid === undefined) throw new Error("the local cloud's process could not be started");
  const started: Started = holder(pid);
  fs.writeFileSync(paths.started, JSON.stringify(started));
  process.off("SIGINT", hold).off("SIGTERM", hold);
  const card = await until(startMs, () => {
    const found = serving(paths);
    if (found) return found;
    if (child.exitCode !== null || child.signalCode !== null) return "ended";
    return undefined;
  });
  if (card !== undefined && card !== "ended") return card;
  await stop(paths);
  const how = card === "ended" ? "ended at once" : `did not serve within ${startMs / 1000}s`;
  const said = lastLines(fs.readFileSync(paths.log, "utf8"), 12);
  throw new Error(`the local cloud ${how}; the end of ${paths.log}:\n${said}`);
}

async function stop(paths: CloudPaths): Promise<void> {
  const started = readJson<Started>(paths.started);
  if (started && isRunning(started)) {
    process.kill(started.pid, "SIGTERM");
    const ended = await until(stopMs, () => !isRunning(started) || undefined);
    if (!ended) process.kill(started.pid, "SIGKILL");
    await until(stopMs, () => !isRunning(started) || undefined);
  }
  fs.rmSync(paths.started, { force: true });
  fs.rmSync(paths.card, { force: true });
}

function removeIfEmpty(directory: string): void {
  try {
    fs.rmdirSync(directory);
  } catch {
    // Others keep something there.
  }
}

/** Asks again every few milliseconds until there is an answer or the time is over. */
async function until<T>(milliseconds: number, ask: () => T | undefined): Promise<T | undefined> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const answer = ask();
    if (answer !== undefined || Date.now() > end) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readText(file) ?? "") as T;
  } catch {
    return undefined;
  }
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
