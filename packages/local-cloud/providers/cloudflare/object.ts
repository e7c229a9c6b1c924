import { check } from "../../emulator/check";
import {
  ProviderError,
  type Context,
  type DiffResult,
  type ResourceHandler,
  type Subject,
} from "../../emulator/handler";
import type { Field, ResourceTable } from "../../emulator/table";
import { equal, UNKNOWN, type Props } from "../../emulator/values";
import { authorize, refusal, type Request } from "./api";

/**
 * One resource type of Cloudflare, declared. Unlike the shared tables it keeps apart what the state
 * shows and what the cloud holds, because this provider copies the server's spelling into the state
 * on refresh only.
 */
export interface ObjectType {
  readonly type: string;
  readonly kind: string;
  readonly inputs: Readonly<Record<string, Field>>;
  /** Outputs that are no inputs, with their value in a create preview. */
  readonly outputs: Props;
  /** The field's own sentence, which the refusal of a missing input ends with. */
  readonly descriptions: Readonly<Record<string, string>>;
  /** Computed outputs that a change of these inputs makes unknown; none for a new object. */
  volatile(changed: readonly string[], news: Props, olds: Props): readonly string[];
  /** Completes a preview where it is more than inputs and unknowns. */
  plan?(planned: Props, news: Props, olds: Props | undefined): Props;
  /** Whether two values of one input mean the same. */
  same?(key: string, state: unknown, planned: unknown, news: Props, context: Context): boolean;
  /** Key in the world: the id, unless ids repeat from zone to zone. */
  key?(id: string, outputs: Props): string;
  /** Import id to the id proper and the outputs that `key` needs. Throws on a malformed one. */
  parseImport?(id: string): { id: string; known: Props };
  /** The request that reads, changes or deletes the object, for its 404. */
  request(method: Request["method"], id: string, outputs: Props): Request;
  readonly notFound: { readonly code: number; readonly message: string };
  /** Makes it: id, and the outputs a preview cannot know. */
  create(
    planned: Props,
    context: Context,
    subject: Subject,
  ): Promise<{ id: string; outputs: Props }> | { id: string; outputs: Props };
  /** Changes it: the outputs a preview cannot know. */
  update?(id: string, planned: Props, context: Context, olds: Props): Props;
  /** What the cloud keeps of these outputs: its own spelling. */
  store?(outputs: Props, context: Context): Props;
  /** What the cloud holds where nobody made it: settings have a value from the start. */
  implicit?(id: string, known: Props, context: Context): Props | undefined;
  /** False: deleting calls no API, and the object stays as it is. */
  readonly deletes?: false;
  /** Called before an object that is there is removed. Throws what the API refuses. */
  remove?(id: string, outputs: Props, context: Context): void;
  readonly secretOutputs?: readonly string[];
  /** Outputs that an import cannot show. */
  readonly notImported?: readonly string[];
}

/** Turns a declared type into a handler. */
export function object(type: ObjectType): ResourceHandler {
  const key = (id: string, outputs: Props) => type.key?.(id, outputs) ?? id;
  const find = (id: string, outputs: Props, context: Context) =>
    context.world.get(type.kind, key(id, outputs))?.data ?? type.implicit?.(id, outputs, context);
  const put = (id: string, outputs: Props, context: Context) =>
    context.world.put(type.kind, key(id, outputs), type.store?.(outputs, context) ?? outputs);
  const notFound = (method: Request["method"], id: string, outputs: Props, context: Context) =>
    refusal(context, type.request(method, id, outputs), 404, type.notFound);

  return {
    type: type.type,
    table: { kind: type.kind, inputs: type.inputs, outputs: type.outputs, style: "framework" },
    ...(type.secretOutputs ? { secretOutputs: type.secretOutputs } : {}),
    seed: (world, id, outputs) => void world.put(type.kind, key(id, outputs), outputs),
    check: (subject, olds, news, context) => checked(type, subject, olds, news, context),

    diff(_subject, { olds, news }, context): DiffResult {
      const changed = changedInputs(type, olds, news, context);
      const unknown = changed.length > 0 ? type.volatile(changed, news, olds) : [];
      return {
        changes: changed.length > 0,
        replaces: changed.filter((name) => type.inputs[name]?.forceNew),
        diffs: [...new Set([...changed, ...unknown])].sort(),
      };
    },

    async create(subject, inputs, preview, context) {
      const planned = withoutNulls(plan(type, inputs, undefined, context));
      if (preview) return { id: "", outputs: planned };
      const made = await type.create(planned, context, subject);
      const outputs = withoutNulls({ ...planned, ...made.outputs, id: made.id });
      put(made.id, outputs, context);
      return { id: made.id, outputs };
    },

    read(subject, known, context) {
      const imported = Object.keys(known.inputs).length === 0;
      const parsed =
        imported && type.parseImport
          ? type.parseImport(subject.id)
          : { id: subject.id, known: known.outputs };
      authorize(context, type.request("GET", parsed.id, parsed.known));
      const held = find(parsed.id, parsed.known, context);
      if (!held) {
        if (imported) throw notFound("GET", parsed.id, parsed.known, context);
        return Promise.resolve(undefined);
      }
      const kept = imported ? {} : pick(known.outputs, type.notImported ?? []);
      const outputs = { ...omit(held, type.notImported ?? []), ...kept, id: parsed.id };
      const inputs = imported ? importedInputs(type, outputs) : refreshed(known.inputs, outputs);
      return Promise.resolve({ id: parsed.id, outputs, inputs });
    },

    update(subject, { olds, news }, preview, context) {
      const planned = withoutNulls(plan(type, news, olds, context));
      if (preview) return Promise.resolve(planned);
      authorize(context, type.request("PUT", subject.id, planned));
      if (!find(subject.id, planned, context)) throw notFound("PUT", subject.id, planned, context);
      const changed = type.update?.(subject.id, planned, context, olds);
      const outputs = withoutNulls({ ...planned, ...changed, id: subject.id });
      put(subject.id, outputs, context);
      return Promise.resolve(outputs);
    },

    delete(subject, outputs, context) {
      if (type.deletes === false) return Promise.resolve();
      authorize(context, type.request("DELETE", subject.id, outputs));
      if (find(subject.id, outputs, context)) type.remove?.(subject.id, outputs, context);
      if (!context.world.remove(type.kind, key(subject.id, outputs))) {
        throw notFound("DELETE", subject.id, outputs, context);
      }
      return Promise.resolve();
    },
  };
}

function checked(type: ObjectType, subject: Subject, olds: Props, news: Props, context: Context) {
  const { inputs, outputs, kind, descriptions } = type;
  const table: ResourceTable = {
    type: type.type,
    style: "framework",
    kind,
    inputs,
    outputs,
    missing: (field) => `Missing required property '${field}': ${descriptions[field] ?? ""}`,
    // Check asks no API.
    api: { create: () => Promise.reject(new Error("not reached")) },
  };
  return check(table, subject, olds, news, context);
}

/** Inputs whose planned value differs from the state, in the order of their names. */
function changedInputs(type: ObjectType, olds: Props, news: Props, context: Context): string[] {
  return Object.entries(type.inputs)
    .filter(([key, field]) => {
      const planned = plannedValue(field, news[key], olds[key]);
      const state = olds[key] ?? null;
      return !equal(planned, state) && !type.same?.(key, state, planned, news, context);
    })
    .map(([key]) => key)
    .sort();
}

function plan(type: ObjectType, news: Props, olds: Props | undefined, context: Context): Props {
  const planned: Props = {};
  for (const [key, field] of Object.entries(type.inputs)) {
    const unset = field.computed && !olds ? UNKNOWN : olds?.[key];
    planned[key] = plannedValue(field, news[key], unset);
  }
  for (const [key, value] of Object.entries(type.outputs)) planned[key] = olds ? olds[key] : value;
  planned["id"] = olds?.["id"] ?? UNKNOWN;
  if (olds) {
    const changed = changedInputs(type, olds, news, context);
    for (const key of type.volatile(changed, news, olds)) planned[key] = UNKNOWN;
  }
  return type.plan?.(planned, news, olds) ?? planned;
}

/** An input as Terraform plans it: converted, else its default, else what the cloud filled in. */
function plannedValue(field: Field, wanted: unknown, otherwise: unknown): unknown {
  if (wanted === undefined || wanted === null) {
    return field.computed ? (otherwise ?? null) : (field.absent ?? null);
  }
  if (field.type === "number" && typeof wanted === "string" && /^-?\d+$/.test(wanted)) {
    return Number(wanted);
  }
  if (field.type === "boolean" && (wanted === "true" || wanted === "false")) {
    return wanted === "true";
  }
  return field.toState ? field.toState(wanted) : wanted;
}

/** A refresh takes over what the cloud shows for every input that was given. */
function refreshed(inputs: Props, outputs: Props): Props {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([key, value]) => {
      if (key.startsWith("__")) return [[key, value]];
      return key in outputs ? [[key, narrowed(value, outputs[key])]] : [];
    }),
  );
}

/** Of objects in lists only the members that were given. */
function narrowed(given: unknown, shown: unknown): unknown {
  if (!Array.isArray(given) || !Array.isArray(shown)) return shown;
  return shown.map((item: unknown, index) => {
    const before: unknown = given[index];
    return isProps(item) && isProps(before) ? pick(item, Object.keys(before)) : item;
  });
}

function importedInputs(type: ObjectType, outputs: Props): Props {
  return Object.fromEntries(
    Object.keys(type.inputs)
      .filter((key) => !isBlank(outputs[key]))
      .map((key) => [key, outputs[key]]),
  );
}

function isBlank(value: unknown): boolean {
  const none = value === undefined || value === null || value === "" || value === false;
  return none || (typeof value === "object" && Object.keys(value).length === 0);
}

function isProps(value: unknown): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function pick(props: Props, keys: readonly string[]): Props {
  return Object.fromEntries(Object.entries(props).filter(([key]) => keys.includes(key)));
}

function omit(props: Props, keys: readonly string[]): Props {
  return Object.fromEntries(Object.entries(props).filter(([key]) => !keys.includes(key)));
}

/** The engine drops nulls, and this provider shows none. */
function withoutNulls(props: Props): Props {
  return Object.fromEntries(
    Object.entries(props).filter(([, value]) => value !== null && value !== undefined),
  );
}

/** A malformed import id, in the provider's words. */
export function malformedId(form: string, id: string): ProviderError {
  return new ProviderError(`invalid ID: expected urlencoded segments "${form}", got "${id}"`);
}
