import { check } from "./check";
import { diff } from "./diff";
import { ProviderError, type ResourceHandler } from "./handler";
import { plan } from "./plan";
import type { Field, ResourceTable } from "./table";
import { equal, isObject, UNKNOWN, type Props } from "./values";

/** Turns a declared resource type into a handler: the semantics all Terraform providers share. */
export function resource(table: ResourceTable): ResourceHandler {
  return {
    type: table.type,
    table,
    ...(table.secretOutputs ? { secretOutputs: table.secretOutputs } : {}),
    check: (subject, olds, news, context) => check(table, subject, olds, news, context),
    diff: (subject, change, context) => diff(table, subject, change, context),

    async create(subject, inputs, preview, context) {
      const planned = plan(table, inputs, undefined);
      if (preview) return { id: "", outputs: planned };
      const made = await table.api.create(inputs, planned, context, subject);
      const outputs = settled(table, { ...planned, ...made.outputs, id: made.id });
      context.world.put(table.kind, made.id, outputs);
      return { id: made.id, outputs };
    },

    read(subject, known, context) {
      const imported = Object.keys(known.inputs).length === 0;
      const id = imported ? (table.api.importId?.(subject.id) ?? subject.id) : subject.id;
      const entity = context.world.get(table.kind, id);
      if (!entity) return Promise.resolve(undefined);
      const outputs = table.api.read?.(id, entity.data, context, known.outputs) ?? entity.data;
      const inputs = imported
        ? (table.api.importInputs?.(outputs) ?? readInputs(table, outputs))
        : refreshInputs(table, known.inputs, outputs);
      return Promise.resolve({ id, outputs, inputs });
    },

    async update(subject, change, preview, context) {
      const planned = plan(table, change.news, change.olds);
      if (preview) return planned;
      const updated = await table.api.update?.(subject.id, { ...change, planned }, context);
      const outputs = settled(table, { ...planned, ...updated, id: subject.id });
      context.world.put(table.kind, subject.id, outputs);
      return outputs;
    },

    async delete(subject, outputs, context) {
      if (!context.world.get(table.kind, subject.id)) {
        table.api.deleteGone?.(subject.id, context);
        return;
      }
      await table.api.delete?.(subject.id, outputs, context);
      context.world.remove(table.kind, subject.id);
    },
  };
}

/** No output may stay unknown once the call is done: that would be a gap in the emulator. */
function settled(table: ResourceTable, outputs: Props): Props {
  const left = Object.entries(outputs).filter(([, value]) => value === UNKNOWN);
  if (left.length > 0) {
    throw new ProviderError(
      `the local cloud left ${left.map(([key]) => key).join(", ")} of ${table.type} without a value`,
    );
  }
  return outputs;
}

/** Inputs after a refresh: as they were, except where the cloud shows something else. */
function refreshInputs(table: ResourceTable, inputs: Props, outputs: Props): Props {
  const refreshed: Props = { ...inputs };
  for (const [key, field] of Object.entries(table.inputs)) {
    if (field.inputOnly || field.toState) continue;
    const given = inputs[key];
    const state = outputs[key];
    if (given !== undefined && !matches(table, key, field, given, state)) {
      refreshed[key] = asGiven(given, state);
    }
  }
  const left = withoutDefaults(inputs, refreshed);
  return table.style === "sdkv2" ? (withoutEmptyDefaults(left) as Props) : left;
}

/** After a refresh the bridge notes defaults only where there are any, at every depth. */
function withoutEmptyDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmptyDefaults);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, member]) => key !== "__defaults" || !equal(member, []))
      .map(([key, member]) => [key, withoutEmptyDefaults(member)]),
  );
}

/**
 * Of what changed on the cloud only what was given before becomes an input: of an object its former
 * members, of a list as many elements as it had, each with the members of the one in its place.
 */
function asGiven(given: unknown, state: unknown): unknown {
  if (Array.isArray(given) && Array.isArray(state)) {
    return state.slice(0, given.length).map((item, index) => asGiven(given[index], item));
  }
  if (!isObject(given) || !isObject(state)) return state;
  const members = Object.keys(given).map((key) => [
    key,
    key in state ? asGiven(given[key], state[key]) : given[key],
  ]);
  return Object.fromEntries(members);
}

/** A value that the cloud shows is no default of `Check` any more. */
function withoutDefaults(before: Props, after: Props): Props {
  const defaults = after["__defaults"];
  if (!Array.isArray(defaults)) return after;
  return { ...after, __defaults: defaults.filter((key) => equal(before[key], after[key])) };
}

function matches(table: ResourceTable, key: string, field: Field, given: unknown, state: unknown) {
  if (field.same) return field.same(state, given);
  // What a plan decides by asking the cloud is no part of what a field's values say.
  const { adjustDiff: _, ...plain } = table;
  const verdict = diff(
    { ...plain, inputs: { [key]: field } },
    { urn: "", name: "", type: table.type, id: "" },
    { olds: { [key]: state }, oldInputs: { [key]: given }, news: { [key]: given } },
    undefined as never,
  );
  return !verdict.changes;
}

/** Inputs of an import: everything the state shows that differs from leaving it out. */
function readInputs(table: ResourceTable, outputs: Props): Props {
  const inputs: Props = table.style === "sdkv2" ? { __defaults: [] } : {};
  for (const [key, field] of Object.entries(table.inputs)) {
    const state = outputs[key];
    if (field.inputOnly || isBlank(state)) continue;
    if (!equal(state, field.absent ?? null)) inputs[key] = state;
  }
  return inputs;
}

function isBlank(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    value === false ||
    (Array.isArray(value) && value.length === 0)
  );
}
