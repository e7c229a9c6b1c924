import type { Context, DiffResult, PropertyDiffKind, Subject } from "./handler";
import type { DiffDraft, Field, ResourceTable } from "./table";
import { equal, hasUnknown, isObject, UNKNOWN, type Props } from "./values";

interface Change {
  olds: Props;
  oldInputs: Props;
  news: Props;
}

/** What `Diff` answers: state against inputs, the way a Terraform plan compares them. */
export function diff(
  table: ResourceTable,
  subject: Subject & { id: string },
  change: Change,
  context: Context,
): DiffResult {
  const paths: DiffDraft["paths"] = Object.assign(
    {},
    ...Object.entries(table.inputs).map(([key, field]) => fieldDiff(key, field, change)),
  );
  const replaces = topLevel(paths).filter((key) => table.inputs[key]?.forceNew);
  const draft = table.adjustDiff?.({ paths, replaces }, { ...change, id: subject.id }, context) ?? {
    paths,
    replaces,
  };
  return table.style === "sdkv2" ? sdkResult(table, draft, change) : frameworkResult(table, draft);
}

function fieldDiff(key: string, field: Field, change: Change): DiffDraft["paths"] {
  const wanted = change.news[key];
  const state = change.olds[key];
  if (wanted === undefined || wanted === null) {
    if (field.computed) return {};
    const absent = field.absent ?? null;
    if (equal(state ?? null, absent) || isEmpty(state)) return {};
    // Terraform's own default takes the place of what is left out.
    return { [key]: typeof absent === "boolean" ? "UPDATE" : "DELETE" };
  }
  const planned = field.toState ? field.toState(wanted) : wanted;
  if (field.same ? field.same(state, wanted) : sameValue(field, state, planned)) return {};
  const inner = nested(key, field, state, planned);
  return Object.keys(inner).length > 0 ? inner : { [key]: isNothing(state) ? "ADD" : "UPDATE" };
}

function sameValue(field: Field, state: unknown, wanted: unknown): boolean {
  if (wanted === UNKNOWN) return false;
  if (field.type === "set" && Array.isArray(state) && Array.isArray(wanted)) {
    return (
      state.length === wanted.length &&
      wanted.every((item) => state.some((other) => sameMember(field, other, item)))
    );
  }
  if (Array.isArray(state) && Array.isArray(wanted)) {
    return (
      state.length === wanted.length &&
      wanted.every((item, index) => sameMember(field, state[index], item))
    );
  }
  if (isNothing(state) && isEmpty(wanted)) return true;
  if (isObject(wanted)) return sameMember(field, state, wanted);
  return equal(state, wanted);
}

/** Compares what the input says; members that only the cloud fills in do not count. */
function sameMember(field: Field, state: unknown, wanted: unknown): boolean {
  if (!isObject(wanted)) return equal(state, wanted);
  if (!isObject(state)) return false;
  if (!field.fields) return equal(state, strip(wanted));
  return Object.entries(field.fields).every(([key, member]) => {
    const value = wanted[key];
    if (value === undefined || value === null) {
      return (
        member.computed ||
        isEmpty(state[key]) ||
        equal(state[key], member.absent ?? member.default ?? null)
      );
    }
    return member.same ? member.same(state[key], value) : sameValue(member, state[key], value);
  });
}

/**
 * Paths below a changed list or object. The whole property is named when the two differ in shape or
 * hold unknowns.
 */
function nested(key: string, field: Field, state: unknown, wanted: unknown): DiffDraft["paths"] {
  if (hasUnknown(wanted)) return {};
  if (Array.isArray(state) && Array.isArray(wanted)) {
    // An empty list and none are one to Terraform, so filling or emptying a list is one change.
    if (state.length === 0) return { [key]: "ADD" };
    if (wanted.length === 0) return { [key]: "DELETE" };
  }
  const found: Record<string, "ADD" | "DELETE" | "UPDATE"> = {};
  walk(key, strip(state), strip(wanted), found, field);
  return Object.keys(found).every((path) => path === key) ? {} : found;
}

function walk(
  path: string,
  state: unknown,
  wanted: unknown,
  found: Record<string, "ADD" | "DELETE" | "UPDATE">,
  field: Field | undefined,
): void {
  if (field?.type === "set" && Array.isArray(state) && Array.isArray(wanted)) {
    walkSet(path, state, wanted, found, field);
  } else if (Array.isArray(state) && Array.isArray(wanted)) {
    for (let index = 0; index < Math.max(state.length, wanted.length); index += 1) {
      walk(`${path}[${index}]`, state[index], wanted[index], found, field);
    }
  } else if (isObject(state) && isObject(wanted)) {
    for (const key of new Set([...Object.keys(state), ...Object.keys(wanted)])) {
      const member = field?.fields?.[key];
      if (wanted[key] === undefined && (member?.computed || isEmpty(state[key]))) continue;
      walk(`${path}${step(key)}`, state[key], wanted[key], found, member);
    }
  } else if (!equal(state ?? null, wanted ?? null)) {
    found[path] = isNothing(state) ? "ADD" : isNothing(wanted) ? "DELETE" : "UPDATE";
  }
}

/**
 * Members of a set have no order: one that is in both is no change, wherever it stands. The bridge
 * names the others by their place, those that go by the state's and those that come by the inputs'.
 */
function walkSet(
  path: string,
  state: readonly unknown[],
  wanted: readonly unknown[],
  found: Record<string, "ADD" | "DELETE" | "UPDATE">,
  field: Field,
): void {
  const goes = state.map((old) => !wanted.some((item) => sameMember(field, old, item)));
  const comes = wanted.map((item) => !state.some((old) => sameMember(field, old, item)));
  for (let index = 0; index < Math.max(goes.length, comes.length); index += 1) {
    const place = `${path}[${index}]`;
    if (goes[index] && comes[index]) {
      walk(place, state[index], wanted[index], found, {
        type: "object",
        fields: field.fields ?? {},
      });
    } else if (goes[index]) found[place] = "DELETE";
    else if (comes[index]) found[place] = "ADD";
  }
}

/** One key of a property path; keys that are no names stand in brackets. */
function step(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `["${key}"]`;
}

function sdkResult(table: ResourceTable, draft: DiffDraft, change: Change): DiffResult {
  const diffs = topLevel(draft.paths);
  const detailed: Record<string, PropertyDiffKind> = {};
  for (const [path, kind] of Object.entries(draft.paths)) {
    detailed[path] = draft.replaces.includes(topOf(path)) ? `${kind}_REPLACE` : kind;
  }
  const stables = Object.entries(table.inputs)
    .filter(([key, field]) => field.forceNew && !diffs.includes(key))
    .map(([key]) => key)
    .sort();
  return {
    changes: diffs.length > 0,
    replaces: draft.replaces,
    diffs,
    stables,
    detailed,
    deleteBeforeReplace: draft.replaces.length > 0 && hasFixedName(table, change.news),
  };
}

/** Two resources of one fixed name cannot exist side by side, so the bridge deletes first. */
function hasFixedName(table: ResourceTable, news: Props): boolean {
  if (!table.autoName) return false;
  const defaults = news["__defaults"];
  return !(Array.isArray(defaults) && defaults.includes(table.autoName));
}

function frameworkResult(table: ResourceTable, draft: DiffDraft): DiffResult {
  const changed = topLevel(draft.paths);
  const diffs =
    changed.length > 0 ? [...new Set([...changed, ...(table.volatile ?? [])])].sort() : [];
  return { changes: diffs.length > 0, replaces: draft.replaces, diffs };
}

function topLevel(paths: DiffDraft["paths"]): string[] {
  return [...new Set(Object.keys(paths).map(topOf))].sort();
}

function topOf(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function isEmpty(value: unknown): boolean {
  return (
    isNothing(value) ||
    value === "" ||
    value === false ||
    value === 0 ||
    (Array.isArray(value) && value.length === 0) ||
    (isObject(value) && Object.keys(strip(value) as Props).length === 0)
  );
}

/** Removes the bridge's bookkeeping at any depth. */
function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, member]) => key !== "__defaults" && member !== null)
      .map(([key, member]) => [key, strip(member)]),
  );
}
