import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** What a command is about, as JSON on its standard input. Holds no secret: it stands in the state and in diffs. */
export type About = Readonly<Record<string, pulumi.Input<unknown>>>;

/** Berth itself, where the engine runs a command: in the directory of this program. */
const berth = "node tools/setup/run.js operations/here";

/** Milliseconds that the engine waits for a command: the first run of a job delivers, and may wait for an agent. */
const patience = "150m";

/**
 * Something that `berth integrate` does for the program at a service that has no provider. It runs on the computer of
 * whoever runs the engine and has that one's environment: tokens are there alone, never in the state. `keeps`: inputs
 * whose change does nothing.
 */
export function integrate(
  name: string,
  what: "jobs" | "fleet-jobs" | "run" | "agent" | "slack" | "sentry",
  about: About,
  opts: pulumi.CustomResourceOptions,
  ends = true,
): command.local.Command {
  const create = `${berth} integrate ${what}`;
  const args: command.local.CommandArgs = {
    create,
    ...(ends ? { delete: `${berth} integrate --end ${what}` } : {}),
    stdin: pulumi.jsonStringify(about),
    addPreviousOutputInEnv: false,
    logging: "stderr",
  };
  const customTimeouts = { create: patience, update: patience, delete: patience };
  return new command.local.Command(name, args, { ...opts, customTimeouts });
}
