import * as fs from "node:fs";
import * as path from "node:path";

import { cliModule, languageHostModule } from "./pins";
import type { Say } from "../ground/progress";
import { duration, withProgress } from "../ground/progress";
import { lastLines, runCommand } from "../ground/run-command";

/**
 * Builds the CLI and the Node language host from their published Go modules into `directory`.
 * Go's own caches stay where Go keeps them, so a build that was cut off goes on where it was.
 * Throws what went wrong, with Go's last lines.
 */
export async function build(directory: string, say: Say): Promise<void> {
  const { code, stdout } = await runCommand("go", ["version"]);
  if (code !== 0) throw new Error("no go on PATH");
  say(`building from Go modules with ${stdout.trim().split(" ").slice(2, 3).join("")}`);
  await buildOne(directory, say, {
    ...cliModule,
    binary: "pulumi",
    what: "the Pulumi CLI",
    flags: [
      "-tags",
      "osusergo,grpcnotrace",
      "-ldflags",
      `-w -s -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${cliModule.version}`,
    ],
  });
  await buildOne(directory, say, {
    ...languageHostModule,
    binary: "pulumi-language-nodejs",
    what: "the Node language host",
    flags: ["-ldflags", "-w -s"],
  });
}

/** A program to build from its module. */
interface Target {
  readonly package: string;
  readonly version: string;
  readonly binary: string;
  readonly what: string;
  readonly flags: readonly string[];
}

/** `go install <package>@<version>` refuses these modules: their go.mod holds replacements. */
async function buildOne(directory: string, say: Say, target: Target): Promise<void> {
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

/** How many packages the build will compile: those that Go's own cache does not hold. */
async function packagesToCompile(
  cwd: string,
  env: NodeJS.ProcessEnv,
  target: Target,
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
