import { randomBytes } from "node:crypto";

import type { Change, Context, ResourceHandler } from "../../emulator/handler";
import { equal, isObject, UNKNOWN, type Props } from "../../emulator/values";
import { withDefaults } from "./connection";
import { commandInputs, undecodable } from "./decode";
import { diffInputs } from "./diff";
import { run, type Outcome } from "./run";
import type { Shell } from "./shell";

const rules = { secret: ["connection"], replaces: ["triggers"] } as const;

/**
 * `command:remote:Command` of the real provider 1.2.1. A changed input runs `update`, or else
 * `create` again; a value that becomes secret, or plain, has changed. Changed triggers replace, the
 * new `create` before the old `delete`. It has no Read of its own: a refresh gives back what it was
 * given. Source: recorded calls and the provider's code at v1.2.1.
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
      const failures = undecodable(commandInputs, inputs).map(({ field, reason }) => ({
        property: field,
        reason,
      }));
      const connection = inputs["connection"];
      if (failures.length === 0 && isObject(connection)) {
        inputs["connection"] = withDefaults(connection);
      }
      return { inputs, failures, secretInputs: ["connection"] };
    },

    diff: (_subject, change) => {
      const { oldInputs, news } = change.marked ?? change;
      return diffInputs(oldInputs, news, rules);
    },

    async create(subject, inputs, preview, context) {
      const id = subject.name + randomBytes(4).toString("hex");
      if (preview) return { id, outputs: { ...inputs, stdout: UNKNOWN, stderr: UNKNOWN } };
      const nothing = { stdout: "", stderr: "" };
      const outcome = await runIf(inputs["create"], inputs, nothing, context);
      return { id, outputs: { ...inputs, ...outcome } };
    },

    read: (subject, { outputs, inputs }) => Promise.resolve({ id: subject.id, outputs, inputs }),

    async update(_subject, change, preview, context) {
      const { olds, news } = change;
      const previous = {
        stdout: String(olds["stdout"] ?? ""),
        stderr: String(olds["stderr"] ?? ""),
      };
      if (preview) {
        const shown = runsAgain(change) ? { stdout: UNKNOWN, stderr: UNKNOWN } : previous;
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

/** Whether a preview has to leave the outputs open: an input that is only added does not. */
function runsAgain(change: Change): boolean {
  if (Object.values(change.news).includes(UNKNOWN)) return true;
  const { oldInputs, news } = change.marked ?? change;
  return Object.keys(oldInputs).some((key) => !equal(oldInputs[key], news[key]));
}
