import * as fs from "node:fs";
import * as path from "node:path";

import { cliModule, languageHostModule } from "./pins";
import type { Say } from "./progress";
import { withProgress } from "./progress";
import { lastLines, runCommand } from "./run-command";

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
    what: "the Pulumi CLI, which takes about three minutes on two cores",
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

/** `go install <package>@<version>` refuses these modules: their go.mod holds replacements. */
async function buildOne(
  directory: string,
  say: Say,
  target: { package: string; version: string; binary: string; what: string; flags: string[] },
): Promise<void> {
  const wrapper = path.join(directory, `build-${target.binary}`);
  fs.mkdirSync(wrapper, { recursive: true });
  // A workspace file further up, or vendoring asked for in the environment, must not interfere.
  const env = { ...process.env, GOWORK: "off", GOFLAGS: "-mod=mod" };
  const go = async (args: string[]) => {
    const { code, output } = await runCommand("go", args, { cwd: wrapper, env });
    if (code !== 0) throw new Error(`go ${args[0]} ${target.package}: ${lastLines(output)}`);
  };
  await go(["mod", "init", `berth-${target.binary}`]);
  await withProgress(say, `downloading modules for ${target.binary}`, () =>
    go(["get", `${target.package}@${target.version}`]),
  );
  await withProgress(say, `building ${target.what}`, () =>
    go([
      "build",
      "-trimpath",
      // The clone or the cache may lie in a repository that git refuses to look at.
      "-buildvcs=false",
      ...target.flags,
      "-o",
      path.join(directory, target.binary),
      target.package,
    ]),
  );
  fs.rmSync(wrapper, { recursive: true });
}
