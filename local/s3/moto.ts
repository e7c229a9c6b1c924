import * as fs from "node:fs";
import * as path from "node:path";

import { cacheRoot } from "../setup/cli";
import { withLock } from "../setup/lock";
import { sayOnStderr, withProgress, type Say } from "../setup/progress";
import { lastLines, runCommand } from "../setup/run-command";

/** The S3 server: moto, which answers S3, IAM, STS and KMS as AWS does. */
export const motoVersion = "5.2.5";

const complete = "complete";

/**
 * A Python that has the server, in a virtual environment of the project's cache; made on first use
 * (half a minute, 150 MB). Cut off half-way it is made anew next time; a second run waits. Refuses
 * when there is no Python 3.9 or newer with `venv`, or no package index, naming what to do.
 */
export async function obtainMoto(
  options: { cache?: string; say?: Say; python?: string } = {},
): Promise<string> {
  const say = options.say ?? sayOnStderr;
  const python = options.python ?? "python3";
  const version = await pythonVersion(python);
  const shelf = path.join(options.cache ?? cacheRoot(), "s3");
  const home = path.join(shelf, `moto-${motoVersion}-python${version}`);
  const inside = path.join(home, "bin", "python");
  const ready = () => fs.existsSync(path.join(home, complete));
  if (ready()) return inside;
  return withLock(
    `${home}.lock`,
    async () => {
      if (ready()) return inside;
      fs.rmSync(home, { recursive: true, force: true });
      await withProgress(say, `making the local S3 server (moto ${motoVersion})`, async () => {
        await step(python, ["-m", "venv", home], "on Debian and Ubuntu: apt install python3-venv");
        await step(
          inside,
          ["-m", "pip", "install", "--quiet", "--no-input", `moto[server]==${motoVersion}`],
          "allow pip to reach its package index, or name another in PIP_INDEX_URL",
        );
      });
      // Written last: an environment without it was cut off.
      fs.writeFileSync(path.join(home, complete), `${new Date().toISOString()}\n`);
      return inside;
    },
    (pid) => say(`process ${pid} is making the local S3 server; waiting for it`),
  );
}

async function pythonVersion(python: string): Promise<string> {
  const asked = await runCommand(python, [
    "-c",
    "import sys; print('%d.%d' % sys.version_info[:2])",
  ]);
  const [major = 0, minor = 0] = asked.stdout.trim().split(".").map(Number);
  if (asked.code !== 0 || major !== 3 || minor < 9) {
    const found = asked.code === 0 ? `Python ${asked.stdout.trim()}` : "none";
    throw new Error(
      `The local S3 server needs Python 3.9 or newer as ${python}; found ${found}. Install python3.`,
    );
  }
  return asked.stdout.trim();
}

async function step(command: string, args: readonly string[], fix: string): Promise<void> {
  const { code, output } = await runCommand(command, args);
  if (code === 0) return;
  throw new Error(
    `The local S3 server could not be made: ${path.basename(command)} ${args.join(" ")} failed:\n` +
      `${lastLines(output)}\nFix: ${fix}.`,
  );
}
