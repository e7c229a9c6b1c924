import { randomBytes } from "node:crypto";

import type { CheckFailure, Context, ResourceHandler } from "../../emulator/handler";
import { equal, isObject, UNKNOWN, type Props } from "../../emulator/values";
import { connectionFailures, withDefaults } from "./connection";
import { diffInputs } from "./diff";
import { run, type Outcome } from "./run";
import type { Shell } from "./shell";

const rules = { secret: ["connection"], replaces: ["triggers"] } as const;

/**
 * `command:remote:Command` of the real provider 1.2.1. A changed input runs `update`, or else
 * `create` again; changed triggers replace, the new `create` before the old `delete`. It has no
 * Read of its own: a refresh gives back what it was given. Source: recorded calls and the
 * provider's code at v1.2.1.
 */
export function remoteCommand(shell: Shell): ResourceHandler {
  const runIf = async (
    command: unknown,
    inputs: Props,
    previous: Outcome,
    context: Context,
  ): Promise<Outcome> =>
    typeof command === "string" ? run(shell, command, inputs, previous, context) : previous;

  return {
    type: "command:remote:Command",

    check(_subject, _olds, news) {
      const inputs = Object.fromEntries(
        Object.entries(news).filter(([, value]) => value !== null && value !== undefined),
      );
      const failures: CheckFailure[] = [];
      const connection = inputs["connection"];
      if (connection === undefined) {
        failures.push({
          property: "connection",
          reason: "Missing required field 'connection' on '.CommandInputs'",
        });
      } else if (isObject(connection)) {
        failures.push(...connectionFailures(connection));
        if (failures.length === 0) inputs["connection"] = withDefaults(connection);
      }
      return { inputs, failures, secretInputs: ["connection"] };
    },

    diff: (_subject, change) => diffInputs(change.oldInputs, change.news, rules),

    async create(subject, inputs, preview, context) {
      const id = subject.name + randomBytes(4).toString("hex");
      if (preview) return { id, outputs: { ...inputs, stdout: UNKNOWN, stderr: UNKNOWN } };
      const nothing = { stdout: "", stderr: "" };
      const outcome = await runIf(inputs["create"], inputs, nothing, context);
      return { id, outputs: { ...inputs, ...outcome } };
    },

    read: (subject, { outputs, inputs }) => Promise.resolve({ id: subject.id, outputs, inputs }),

    async update(_subject, { olds, oldInputs, news }, preview, context) {
      const previous = {
        stdout: String(olds["stdout"] ?? ""),
        stderr: String(olds["stderr"] ?? ""),
      };
      if (preview) {
        // An input that is only added leaves the outputs known.
        const unknown =
          Object.values(news).includes(UNKNOWN) ||
          Object.keys(oldInputs).some((key) => !equal(oldInputs[key], news[key]));
        const shown = unknown ? { stdout: UNKNOWN, stderr: UNKNOWN } : previous;
        return { ...news, ...shown };
      }
      const outcome = await runIf(news["update"] ?? news["create"], news, previous, context);
      return { ...news, ...outcome };
    },

    async delete(_subject, outputs, context) {
      const previous = {
        stdout: String(outputs["stdout"] ?? ""),
        stderr: String(outputs["stderr"] ?? ""),
      };
      await runIf(outputs["delete"], outputs, previous, context);
    },
  };
}
