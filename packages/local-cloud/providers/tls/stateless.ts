import { check } from "../../emulator/check";
import { diff } from "../../emulator/diff";
import type { Context, ResourceHandler } from "../../emulator/handler";
import { plan } from "../../emulator/plan";
import type { ResourceTable } from "../../emulator/table";
import type { Props } from "../../emulator/values";

/**
 * A resource type that exists in the program's state only: nothing is kept on the local cloud, a
 * read answers what it is told, a delete does nothing.
 */
export function stateless(
  table: ResourceTable,
  options: {
    secretInputs?: readonly string[];
    /** What time changes in a state. */
    refresh?(outputs: Props, context: Context): Props;
  } = {},
): ResourceHandler {
  const { secretInputs, refresh } = options;
  const here = (outputs: Props) => withoutNulls(outputs);
  return {
    type: table.type,
    table,
    ...(table.secretOutputs ? { secretOutputs: table.secretOutputs } : {}),
    check(subject, olds, news, context) {
      const { inputs, failures } = check(table, subject, olds, news, context);
      // The framework echoes a null where the bridge's other providers drop it.
      const nulls = Object.entries(news).filter(([, value]) => value === null);
      return {
        inputs: { ...inputs, ...Object.fromEntries(nulls) },
        failures,
        ...(secretInputs ? { secretInputs } : {}),
      };
    },
    diff: (subject, change, context) => diff(table, subject, change, context),
    async create(subject, inputs, preview, context) {
      const planned = plan(table, inputs, undefined);
      if (preview) return { id: "", outputs: here(planned) };
      const made = await table.api.create(inputs, planned, context, subject);
      return { id: made.id, outputs: here({ ...planned, ...made.outputs, id: made.id }) };
    },
    read(subject, known, context) {
      // There is nothing to import: without a state the id alone says nothing.
      if (Object.keys(known.outputs).length === 0) return Promise.resolve(undefined);
      const outputs = refresh?.(known.outputs, context) ?? known.outputs;
      const inputs = Object.fromEntries(
        Object.keys(known.inputs).map((key) => [key, outputs[key] ?? known.inputs[key]]),
      );
      return Promise.resolve({ id: subject.id, outputs, inputs });
    },
    update: (_subject, change) => Promise.resolve(here(plan(table, change.news, change.olds))),
    delete: () => Promise.resolve(),
  };
}

function withoutNulls(outputs: Props): Props {
  return Object.fromEntries(
    Object.entries(outputs)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([key, value]) => [key, isPlain(value) ? withoutNulls(value) : value]),
  );
}

function isPlain(value: unknown): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
