/** Programs that are published as Go modules, built where they are first needed. */

import * as fs from "node:fs";
import * as path from "node:path";

import { withLock } from "./lock";
import { duration, sayOnStderr, withProgress, type Say } from "./progress";
import { lastLines, runCommand } from "./run-command";

/** A program to build from its module. */
export interface GoProgram {
  readonly package: string;
  readonly version: string;
  readonly binary: string;
  readonly what: string;
  readonly flags: readonly string[];
}

/**
 * Builds one into `directory`. Throws what went wrong, with Go's last lines. (`go install
 * <package>@<version>` refuses modules whose go.mod holds replacements, as some of these do.)
 */
export async function buildGoProgram(
  directory: string,
  say: Say,
  target: GoProgram,
): Promise<void> {
  const wrapper = path.join(directory, `build-${target.binary}`);
  fs.mkdirSync(wrapper, { recursive: true });
  // A workspace file further up, or vendoring asked for in the environment, must not interfere.
  const env = { ...process.env, GOWORK: "off", GOFLAGS: "-mod=mod" };
  const go = async (args: string[], onStderr: (text: string) => void = () => undefined) => {
    const { code, output } = await runCommand("go", args, { cwd: wrapper, env, onStderr });
    if (code !== 0) throw new Error(`go ${args[0]} ${target.package}: ${lastLines(output)}`);
  };
  await go(["mod", "init", `local-cloud-${target.binary}`]);
  await withProgress(say, `downloading modules for ${target.binary}`, () =>
    go(["get", `${target.package}@${target.version}`]),
  );
  const todo = await packagesToCompile(wrapper, env, target);
  const pace = new Pace(todo);
  await withProgress(
    say,
    `building ${target.what} (${todo} packages)`,
    () =>
      go(
        [
          "build",
          // A line for every package, as it is compiled.
          "-v",
          "-trimpath",
          // The clone or the cache may lie in a repository that git refuses to look at.
          "-buildvcs=false",
          ...target.flags,
          "-o",
          path.join(directory, target.binary),
          target.package,
        ],
        (text) => pace.compiled(text.split("\n").length - 1),
      ),
    { how: () => pace.words() },
  );
  fs.rmSync(wrapper, { recursive: true });
}

/**
 * The path of a program in the cache, built on first use. Cut off half-way it is built anew next time; a
 * second run waits. Refuses, naming what to do, where there is no Go or no module proxy.
 */
export async function obtainGoProgram(
  target: GoProgram,
  { cache, say = sayOnStderr }: { readonly cache: string; readonly say?: Say },
): Promise<string> {
  const name = `${target.binary}-${target.version}-${process.platform}-${process.arch}`;
  const home = path.join(cache, "go-programs", name);
  const program = path.join(home, target.binary);
  if (fs.existsSync(program)) return program;
  return withLock(
    `${home}.lock`,
    async () => {
      if (fs.existsSync(program)) return program;
      const aside = `${home}.partial`;
      fs.rmSync(aside, { recursive: true, force: true });
      fs.mkdirSync(aside, { recursive: true });
      try {
        await buildGoProgram(aside, say, target);
      } catch (error) {
        throw new Error(
          `Could not build ${target.what}: ${error instanceof Error ? error.message : String(error)}\n` +
            "Fix: install Go, and allow it to reach a module proxy (GOPROXY).",
          { cause: error },
        );
      }
      fs.renameSync(aside, home);
      return program;
    },
    (pid) => say(`process ${pid} is building ${target.what}; waiting for it`),
  );
}

/** How many packages the build will compile: those that Go's own cache does not hold. */
async function packagesToCompile(
  cwd: string,
  env: NodeJS.ProcessEnv,
  target: GoProgram,
): Promise<number> {
  const stale = ["list", "-deps", "-trimpath", ...target.flags, "-f", "{{if .Stale}}+{{end}}"];
  const { stdout } = await runCommand("go", [...stale, target.package], { cwd, env });
  return stdout.split("+").length - 1;
}

/** How far a build has come, and what that says of the rest on this machine. */
export class Pace {
  private done = 0;
  private readonly started: number;

  constructor(
    private readonly all: number,
    private readonly now: () => number = Date.now,
  ) {
    this.started = now();
  }

  compiled(packages: number): void {
    this.done += packages;
  }

  /** `: 412 of 1,686 packages, about 4m10s to go`; nothing before the first package is done. */
  words(): string {
    if (this.done === 0 || this.all === 0) return "";
    const done = Math.min(this.done, this.all);
    const left = ((this.now() - this.started) / done) * (this.all - done);
    const ahead = done < this.all ? `about ${duration(left)} to go` : "linking";
    return `: ${done} of ${this.all} packages, ${ahead}`;
  }
}
