/**
 * The template every host starts from: a Debian system and a Docker layer, built once from the
 * machine's own package mirror and kept as plain directories. Directories, not an archive: a host
 * is an overlay over them, so starting one copies nothing.
 */

import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Computer } from "../ground/computer";
import { acquireSettings, mirrorsFrom, sourceLines } from "./apt-configuration";
import { identify, run, tryRun, waitUntil } from "./process";
import { basePackages, dockerLayer, preparation, recipeVersion, release } from "./recipe";
import { installRequirements, type Progress } from "./requirements";

/** A template on disk. */
export interface Template {
  /** The system without Docker, as a cloud image is. */
  readonly base: string;
  /** What installing Docker adds, as an overlay layer above `base`. */
  readonly docker: string;
}

/** The template of this recipe if it is built already. */
export function builtTemplate(cache: string): Template | undefined {
  const home = join(cache, "hosts", recipeVersion(process.arch));
  return existsSync(join(home, "complete"))
    ? { base: join(home, "base"), docker: join(home, "docker") }
    : undefined;
}

/**
 * The template, built first where it is not (half a minute with a near mirror). Two programs that
 * ask at once build once. Interrupted anywhere it starts over: a build happens under a name of its
 * own and is renamed when complete. Refuses where hosts cannot boot, and where a download fails
 * (apt's own words).
 */
export async function ensureTemplate(
  { cache, debianMirror }: Computer,
  progress: Progress = () => undefined,
): Promise<Template> {
  if (/[,:\\]/.test(cache)) {
    throw new Error(
      `the cache ${cache} has a comma, colon or backslash in its path, which overlay mounts do ` +
        "not take; have it elsewhere",
    );
  }
  const ready = builtTemplate(cache);
  await installRequirements(progress);
  if (ready) return ready;
  const hosts = join(cache, "hosts");
  await mkdir(hosts, { recursive: true });
  const release = await takeLock(join(hosts, "building.lock"), progress);
  try {
    removeInterruptedBuilds(hosts);
    return builtTemplate(cache) ?? (await build(hosts, debianMirror, progress));
  } finally {
    release();
  }
}

/**
 * A program in mount and pid namespaces of its own that dies with this process: even a kill -9
 * leaves no builder at work and no mount.
 */
export const contained = [
  ...["setpriv", "--pdeathsig", "KILL", "--"],
  ...["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"],
];

async function build(
  hosts: string,
  debianMirror: string | undefined,
  progress: Progress,
): Promise<Template> {
  const work = join(hosts, `.building-${process.pid}`);
  const base = join(work, "base");
  await mkdir(work, { recursive: true });
  const began = performance.now();
  progress(`building the Debian ${release} template (once; about half a minute)`);
  await writeFile(join(work, "prepare.sh"), preparation, { mode: 0o755 });
  await writeFile(join(work, "apt.conf"), await machineAptSettings());
  await run(
    [
      ...[...contained, "mmdebstrap", "--mode=root", "--variant=minbase"],
      ...["--skip=cleanup/apt/lists", "--dpkgopt=force-unsafe-io"],
      ...[`--aptopt=${join(work, "apt.conf")}`, `--include=${basePackages.join(",")}`],
      ...machineFiles().map(({ phase, from, to }) => `--${phase}-hook=copy-in ${from} ${to}`),
      `--customize-hook=${join(work, "prepare.sh")}`,
      ...[release, base, ...sourceLines(machineMirrors(debianMirror))],
    ],
    { onLine: (line) => tell(line, progress) },
  );
  progress("adding Docker to the template");
  await run([...contained, "sh", "-c", dockerLayer], { cwd: work });
  await rm(join(work, "prepare.sh"));
  await rm(join(work, "apt.conf"));
  await writeFile(join(work, "complete"), `${new Date().toISOString()}\n`);
  const home = join(hosts, recipeVersion(process.arch));
  rmSync(home, { recursive: true, force: true });
  renameSync(work, home);
  progress(`template ready after ${Math.round((performance.now() - began) / 1000)} s`);
  return { base: join(home, "base"), docker: join(home, "docker") };
}

function tell(line: string, progress: Progress): void {
  const match = /^I: (running apt-get update|downloading|extracting|installing)(.*?)\.*$/.exec(
    line,
  );
  if (match) progress(`template: ${match[1]}${match[2]}`);
}

function machineMirrors(own: string | undefined): ReturnType<typeof mirrorsFrom> {
  const files = ["/etc/apt/sources.list"];
  if (existsSync("/etc/apt/sources.list.d")) {
    for (const name of readdirSync("/etc/apt/sources.list.d").sort()) {
      if (/\.(list|sources)$/.test(name)) files.push(join("/etc/apt/sources.list.d", name));
    }
  }
  const texts = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, "utf8"));
  return { ...mirrorsFrom(texts), ...(own ? { main: own } : {}) };
}

async function machineAptSettings(): Promise<string> {
  const dump = await tryRun(["apt-config", "dump"]);
  return acquireSettings(dump.stdout).join("\n") + "\n";
}

/** Credentials for mirrors and certificates of the machine's own authority, where it has any. */
function machineFiles(): { phase: "setup" | "customize"; from: string; to: string }[] {
  const files = [
    { phase: "setup", from: "/etc/apt/auth.conf", to: "/etc/apt" },
    { phase: "setup", from: "/etc/apt/auth.conf.d", to: "/etc/apt" },
    { phase: "customize", from: "/usr/local/share/ca-certificates", to: "/usr/local/share" },
  ] as const;
  return files.filter(({ from }) => {
    if (!existsSync(from)) return false;
    return from.endsWith(".conf") || readdirSync(from).length > 0;
  });
}

/** Waits for another build; a lock whose owner is gone is taken over. */
async function takeLock(path: string, progress: Progress): Promise<() => void> {
  let told = false;
  const taken = await waitUntil(
    () => {
      try {
        symlinkSync(`${process.pid}:${identify(process.pid)?.started}`, path);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        if (ownerIsGone(path)) rmSync(path, { force: true });
        else if (!told) {
          told = true;
          progress("another run is building the template: waiting for it");
        }
        return false;
      }
    },
    15 * 60_000,
    200,
  );
  if (!taken) {
    throw new Error(`another build of the template has not ended in 15 minutes; remove ${path}`);
  }
  return () => rmSync(path, { force: true });
}

/** The lock is a symbolic link whose target names its owner: made and filled in one step. */
function ownerIsGone(lock: string): boolean {
  try {
    const [pid, started] = readlinkSync(lock).split(":");
    return identify(Number(pid))?.started !== started;
  } catch {
    return false; // Released just now: the next try takes it.
  }
}

function removeInterruptedBuilds(hosts: string): void {
  for (const name of readdirSync(hosts)) {
    if (name.startsWith(".building-")) rmSync(join(hosts, name), { recursive: true, force: true });
  }
}
