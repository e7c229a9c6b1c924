import * as fs from "node:fs";
import * as path from "node:path";

import { withLock } from "./lock";
import { sayOnStderr, withProgress, type Say } from "./progress";
import { lastLines, runCommand } from "./run-command";

/** A program that comes as a Python package. */
export interface PythonProgram {
  /** Directory in the cache; carries the version, so that another one is made beside it. */
  readonly name: string;
  /** Exact requirements, as pip takes them. */
  readonly requirements: readonly string[];
  /** What it is, for people: «the local S3 server (moto 5.2.5)». */
  readonly what: string;
}

export interface PythonOptions {
  /** Root of the cache; see `Computer`. */
  readonly cache: string;
  readonly say?: Say;
  readonly python?: string;
}

const complete = "complete";

/**
 * The `bin` directory of a virtual environment in the project's cache that holds a program; made on
 * first use. Cut off half-way it is made anew next time; a second run waits. Refuses when there is no
 * Python 3.9 or newer, no `venv` that can be had, or no package index, naming what to do.
 */
export async function obtainPythonProgram(
  { name, requirements, what }: PythonProgram,
  options: PythonOptions,
): Promise<string> {
  const say = options.say ?? sayOnStderr;
  const python = options.python ?? "python3";
  const version = await pythonVersion(python, what);
  const home = path.join(options.cache, "python-programs", `${name}-python${version}`);
  const bin = path.join(home, "bin");
  const ready = () => fs.existsSync(path.join(home, complete));
  if (ready()) return bin;
  return withLock(
    `${home}.lock`,
    async () => {
      if (ready()) return bin;
      fs.rmSync(home, { recursive: true, force: true });
      await withProgress(say, `making ${what}`, async () => {
        const run = async (command: string, args: readonly string[], fix: string) => {
          const { code, output } = await runCommand(command, args);
          if (code !== 0) throw new Error(failure(what, command, args, output, fix));
        };
        await haveVenv(python, say);
        await run(python, ["-m", "venv", home], "on Debian and Ubuntu: apt install python3-venv");
        await run(
          path.join(bin, "python"),
          ["-m", "pip", "install", "--quiet", "--no-input", ...requirements],
          "allow pip to reach its package index, or name another in PIP_INDEX_URL",
        );
      });
      // Written last: an environment without it was cut off.
      fs.writeFileSync(path.join(home, complete), `${new Date().toISOString()}\n`);
      return bin;
    },
    (pid) => say(`process ${pid} is making ${what}; waiting for it`),
  );
}

async function pythonVersion(python: string, what: string): Promise<string> {
  const asked = await runCommand(python, [
    "-c",
    "import sys; print('%d.%d' % sys.version_info[:2])",
  ]);
  const [major = 0, minor = 0] = asked.stdout.trim().split(".").map(Number);
  if (asked.code !== 0 || major !== 3 || minor < 9) {
    const found = asked.code === 0 ? `Python ${asked.stdout.trim()}` : "none";
    throw new Error(
      `Making ${what} needs Python 3.9 or newer as ${python}; found ${found}. Install python3.`,
    );
  }
  return asked.stdout.trim();
}

/**
 * Debian keeps `venv` in a package apart. As root it is installed, like what hosts need; where it
 * cannot be, the step that needs it says so.
 */
async function haveVenv(python: string, say: Say): Promise<void> {
  const { code } = await runCommand(python, ["-c", "import ensurepip, venv"]);
  if (code === 0 || process.getuid?.() !== 0) return;
  say("installing with apt: python3-venv");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await runCommand("apt-get", ["-q", "update"], { env });
  const install = ["-qy", "install", "--no-install-recommends", "python3-venv"];
  await runCommand("apt-get", install, { env });
}

function failure(
  what: string,
  command: string,
  args: readonly string[],
  output: string,
  fix: string,
): string {
  const said = `${path.basename(command)} ${args.join(" ")} failed:\n${lastLines(output)}`;
  return `Could not make ${what}: ${said}\nFix: ${fix}.`;
}
