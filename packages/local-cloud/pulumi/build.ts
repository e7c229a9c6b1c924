import { buildGoProgram } from "../ground/go-program";
import type { Say } from "../ground/progress";
import { runCommand } from "../ground/run-command";
import { cliModule, languageHostModule } from "./pins";

/**
 * Builds the CLI and the Node language host from their published Go modules into `directory`.
 * Go's own caches stay where Go keeps them, so a build that was cut off goes on where it was.
 * Throws what went wrong, with Go's last lines.
 */
export async function build(directory: string, say: Say): Promise<void> {
  const { code, stdout } = await runCommand("go", ["version"]);
  if (code !== 0) throw new Error("no go on PATH");
  say(`building from Go modules with ${stdout.trim().split(" ").slice(2, 3).join("")}`);
  await buildGoProgram(directory, say, {
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
  await buildGoProgram(directory, say, {
    ...languageHostModule,
    binary: "pulumi-language-nodejs",
    what: "the Node language host",
    flags: ["-ldflags", "-w -s"],
  });
}
