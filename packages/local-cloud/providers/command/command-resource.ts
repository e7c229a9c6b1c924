import { randomBytes } from "node:crypto";

import type { Change, Context, ResourceHandler } from "../../emulator/handler";
import { equal, UNKNOWN, type Props } from "../../emulator/values";
import { undecodable, type Struct } from "./decode";
import { diffInputs } from "./diff";
import type { Outcome } from "./run";

/** A kind of command: what it takes, and how it runs. */
export interface CommandKind {
  readonly type: string;
  readonly inputs: Struct;
  /** Inputs that are secret whatever is in them. */
  readonly secret: readonly string[];
  /** What `Check` adds to inputs that are well. */
  readonly complete?: (inputs: Props) => void;
  readonly run: (
    command: string,
    inputs: Props,
    previous: Outcome,
    context: Context,
  ) => Promise<Outcome>;
}

/**
 * A command of the real provider 1.2.1. A changed input runs `update`, or else
 * `create` again; a value that becomes secret, or plain, has changed. Changed triggers replace, the
 * new `create` before the old `delete`. It has no Read of its own: a refresh gives back what it was
 * given. Source: recorded calls and the provider's code at v1.2.1.
 */
export function commandResource({
  type,
  inputs: struct,
  secret,
  complete,
  run,
}: CommandKind): ResourceHandler {
  const rules = { secret, replaces: ["triggers"] };
  const runIf = async (
    command: unknown,
    inputs: Props,
    previous: Outcome,
    context: Context,
  ): Promise<Outcome> =>
    typeof command === "string" ? run(command, inputs, previous, context) : previous;

  return {
    type,

    check(_subject, _olds, news) {
      const inputs = Object.fromEntries(
        Object.entries(news).filter(([, value]) => value !== null && value !== undefined),
      );
      const failures = undecodable(struct, inputs).map(({ field, reason }) => ({
        property: field,
        reason,
      }));
      if (failures.length === 0) complete?.(inputs);
      return { inputs, failures, secretInputs: secret };
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
