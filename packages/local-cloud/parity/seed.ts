import type { Provider, ResourceHandler } from "../emulator/handler";
import { equal, isObject, type Props } from "../emulator/values";
import type { World } from "../emulator/world";
import { plain } from "./bookkeeping";
import type { Call } from "./recording";

/** An object that a recording shows, in its last known state. */
export interface KnownObject {
  readonly type: string;
  readonly id: string;
  readonly outputs: Props;
}

/** What one call shows: objects as they were before it and as they are after it. */
function shownBy(call: Call): { before?: KnownObject; after?: KnownObject | "gone" } {
  const object = (id: string, outputs: unknown): KnownObject | undefined =>
    isObject(outputs) && id !== "" && Object.keys(outputs).length > 0
      ? { type: call.type, id, outputs: plain(outputs) }
      : undefined;
  const { request, response, id, method, preview } = call;
  const before = object(id, request["olds"] ?? request["properties"]);
  const shown = before && method !== "Create" ? { before } : {};
  if (preview || call.error !== undefined) return shown;
  if (method === "Delete") return { ...shown, after: "gone" };
  if (method === "Read" && !response["id"]) return { ...shown, after: "gone" };
  if (method !== "Create" && method !== "Update" && method !== "Read") return shown;
  const after = object(String(response["id"] ?? id), response["properties"]);
  return after ? { ...shown, after } : shown;
}

/** Everything the calls show, in its last state, whether or not it was deleted since. */
export function everSeen(calls: readonly Call[]): KnownObject[] {
  const seen = new Map<string, KnownObject>();
  for (const call of calls) {
    const { before, after } = shownBy(call);
    for (const object of [before, after]) {
      if (object && object !== "gone") seen.set(`${object.type} ${object.id}`, object);
    }
  }
  return [...seen.values()];
}

/** What the calls left standing: made or seen, and not deleted since. */
export function standing(calls: readonly Call[]): KnownObject[] {
  const live = new Map<string, KnownObject>();
  for (const call of calls) {
    const { before, after } = shownBy(call);
    if (before) live.set(`${before.type} ${before.id}`, before);
    if (after === "gone") live.delete(`${call.type} ${call.id}`);
    else if (after) live.set(`${after.type} ${after.id}`, after);
  }
  return [...live.values()];
}

/**
 * The object that the call is about, as the cloud held it when it was recorded: for a read what
 * the answer shows, else the state the request carries. Undefined when it did not exist.
 */
export function subjectOf(call: Call): KnownObject | undefined {
  const { method, request, response } = call;
  if (method === "Create" || call.id === "") return undefined;
  const shown =
    method === "Read" && call.error === undefined
      ? response["id"]
        ? response["properties"]
        : undefined
      : (request["olds"] ?? request["properties"]);
  if (!isObject(shown)) return undefined;
  const id = method === "Read" ? String(response["id"] ?? call.id) : call.id;
  return { type: call.type, id, outputs: plain(shown) };
}

/** Objects whose id, or another value that only the cloud gives, occurs in the request. */
export function referencedBy(
  call: Call,
  known: readonly KnownObject[],
  provider: Provider,
): KnownObject[] {
  const mentioned = new Set<string>();
  collect(call.request, mentioned);
  const { given, owners } = markedBy(known, provider);
  // A value that several objects share (an organization, a network) names none of them.
  const mentions = (value: string) => mentioned.has(value) && owners.get(value) === 1;
  // Its own object is no reference: the one it is about, or the one it made, whose id may be a name.
  const own = [call.id, call.response["id"]];
  return given
    .filter(({ object: { type, id } }) => type !== call.type || !own.includes(id))
    .filter(({ object, values }) => mentioned.has(object.id) || [...values].some(mentions))
    .map(({ object }) => object);
}

interface Marks {
  readonly given: readonly { object: KnownObject; values: ReadonlySet<string> }[];
  /** How many objects bear a value. */
  readonly owners: ReadonlyMap<string, number>;
}
const marks = new WeakMap<readonly KnownObject[], Marks>();

/** What only the cloud gives to each object; worked out once for all calls of a recording. */
function markedBy(known: readonly KnownObject[], provider: Provider): Marks {
  const before = marks.get(known);
  if (before) return before;
  const owners = new Map<string, number>();
  const given = known.map((object) => {
    const outputs = handlerOf(provider, object.type)?.table?.outputs ?? {};
    const telling = Object.keys(outputs).map((key) => object.outputs[key]);
    const values = new Set(telling.filter(isTelling).map(String));
    for (const value of values) owners.set(value, (owners.get(value) ?? 0) + 1);
    return { object, values };
  });
  const found = { given, owners };
  marks.set(known, found);
  return found;
}

/** Long enough to be an identity rather than a state or a count; an instant is none. */
function isTelling(mark: unknown): boolean {
  if (typeof mark === "string" && /^\d{4}-\d\d-\d\d[T ]/.test(mark)) return false;
  return typeof mark === "string" && (/^\d{4,}$/.test(mark) || mark.length >= 7);
}

function collect(value: unknown, found: Set<string>): void {
  if (typeof value === "string" || typeof value === "number") found.add(String(value));
  else if (Array.isArray(value)) value.forEach((item) => collect(item, found));
  else if (isObject(value)) Object.values(value).forEach((item) => collect(item, found));
}

/** Puts objects into a world; those of types that are not emulated have no place in it. */
export function seed(world: World, provider: Provider, objects: readonly KnownObject[]): void {
  for (const { type, id, outputs } of objects) {
    const handler = handlerOf(provider, type);
    if (handler?.seed) handler.seed(world, id, outputs);
    else if (handler?.table && !equal(world.get(handler.table.kind, id)?.data, outputs)) {
      world.put(handler.table.kind, id, { ...outputs, id });
    }
  }
}

/** The handler of a resource type; undefined when it is not emulated. */
export function handlerOf(provider: Provider, type: string): ResourceHandler | undefined {
  return provider.resources.find((handler) => handler.type === type);
}
