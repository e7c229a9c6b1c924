import { isObject } from "../emulator/values";
import { pinnedKey } from "../providers/command/credentials";
import type { Shell, ShellConnection } from "../providers/command/shell";
import type { Call } from "./recording";

/**
 * Stands in for the machine that a recorded command ran on, and for the network before it: a dial
 * fails as the recorded error says, a variable is refused, a command prints what was recorded. An
 * `echo` prints its own words, so that the wrong command shows.
 */
export function recordedShell(call: Call): Shell {
  const error = call.error ?? "";
  const undialled = /^after \d+ failed attempts: ([^]*)$/.exec(error)?.[1];
  const refused = /^could not set environment variable "([^"]+)"/.exec(error)?.[1];
  const ended = /^Process exited with status (\d+): running .*:\n([^]*)$/.exec(error);
  const properties = call.response["properties"];
  const printed = (key: string) =>
    isObject(properties) && typeof properties[key] === "string" ? `${properties[key]}\n` : "";

  const connection: ShellConnection = {
    accepts: (key) => Promise.resolve(key !== refused && !key.startsWith("PULUMI_COMMAND_")),
    run({ command, onOutput }) {
      const echoed = /^echo ([\w ]+)$/.exec(command)?.[1];
      const stdout = ended?.[2] ?? (echoed === undefined ? printed("stdout") : `${echoed}\n`);
      onOutput("stdout", Buffer.from(stdout));
      if (!ended) onOutput("stderr", Buffer.from(printed("stderr")));
      return Promise.resolve({ status: Number(ended?.[1] ?? 0) });
    },
    tunnel: () => Promise.reject(new Error("no proxy was recorded")),
    close: () => undefined,
  };

  return {
    prepare(endpoint) {
      if (endpoint.hostKey !== undefined) pinnedKey(endpoint.hostKey);
      return Promise.resolve(() =>
        undialled === undefined
          ? Promise.resolve(connection)
          : Promise.reject(new Error(undialled)),
      );
    },
  };
}
