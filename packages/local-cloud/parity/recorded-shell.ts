import { isObject } from "../emulator/values";
import { pinnedKey, privateKey, reachAgent } from "../providers/command/credentials";
import type { Shell, ShellConnection } from "../providers/command/shell";
import type { Call } from "./recording";

/**
 * Stands in for the machine that a recorded command ran on, and for the network before it: a dial
 * fails as the recorded error says, a variable is refused, a command prints what was recorded and ends
 * as it ended. An `echo` prints its own words, so that the wrong command shows. Keys are really read.
 */
export function recordedShell(call: Call): Shell {
  const error = call.error ?? "";
  const undialled = /^after \d+ failed attempts: ([^]*)$/.exec(error)?.[1];
  const refused = /^could not set environment variable "([^"]+)"/.exec(error)?.[1];
  const ended =
    /^Process exited with status (\d+)(?: from signal (\w+))?: running .*:\n([^]*)$/.exec(error);
  const malformed = error.includes("invalid UTF-8");
  const properties = call.response["properties"];
  const printed = (key: string) =>
    isObject(properties) && typeof properties[key] === "string" ? `${properties[key]}\n` : "";

  const connection: ShellConnection = {
    accepts: (key) => Promise.resolve(key !== refused && !key.startsWith("PULUMI_COMMAND_")),
    run({ command, onOutput }) {
      const echoed = /^echo ([\w ]+)$/.exec(command)?.[1];
      const stdout = ended?.[3] ?? (echoed === undefined ? printed("stdout") : `${echoed}\n`);
      onOutput("stdout", malformed ? Buffer.from([0xff]) : Buffer.from(stdout));
      if (!ended) onOutput("stderr", Buffer.from(printed("stderr")));
      const signal = ended?.[2];
      return Promise.resolve(signal ? { signal } : { status: Number(ended?.[1] ?? 0) });
    },
    write: () => Promise.reject(new Error("no copy was recorded")),
    tunnel: () => Promise.reject(new Error("no proxy was recorded")),
    close: () => undefined,
  };

  return {
    async prepare(endpoint, agent) {
      if (endpoint.hostKey !== undefined) pinnedKey(endpoint.hostKey);
      privateKey(endpoint);
      // The agents of the recordings are gone as well: only one that was not there is asked again.
      if (agent !== undefined && error.startsWith("dial unix ")) await reachAgent(agent);
      return () =>
        undialled === undefined
          ? Promise.resolve(connection)
          : Promise.reject(new Error(undialled));
    },
  };
}
