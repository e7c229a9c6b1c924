import type { ResourceHandler } from "../../emulator/handler";
import { isObject } from "../../emulator/values";
import { commandResource } from "./command-resource";
import { withDefaults } from "./connection";
import { commandInputs } from "./decode";
import { run } from "./run";
import type { Shell } from "./shell";

/** `command:remote:Command` of the real provider 1.2.1, as `commandResource` has it, over a way to machines. */
export function remoteCommand(shell: Shell): ResourceHandler {
  return commandResource({
    type: "command:remote:Command",
    inputs: commandInputs,
    secret: ["connection"],
    complete: (inputs) => {
      const { connection } = inputs;
      if (isObject(connection)) inputs["connection"] = withDefaults(connection);
    },
    run: (command, inputs, previous, context) => run(shell, command, inputs, previous, context),
  });
}
