import { isObject, UNKNOWN, type Props } from "../../emulator/values";

/** A Go type, as the real provider's decoder names it. */
type Kind =
  "string" | "int" | "float64" | "bool" | "map[string]string" | "[]interface {}" | "asset";

/** A Go struct that a property value is decoded into. */
export interface Struct {
  /** `remote.Connection`. */
  readonly name: string;
  readonly fields: Readonly<Record<string, Kind | Struct>>;
  readonly required: readonly string[];
}

const endpoint = {
  host: "string",
  port: "float64",
  user: "string",
  password: "string",
  privateKey: "string",
  privateKeyPassword: "string",
  agentSocketPath: "string",
  dialErrorLimit: "int",
  perDialTimeout: "int",
  hostKey: "string",
} as const;

const proxy: Struct = { name: "remote.ProxyConnection", fields: endpoint, required: ["host"] };
const connection: Struct = {
  name: "remote.Connection",
  fields: { ...endpoint, proxy },
  required: ["host"],
};

/** What a command has wherever it runs. */
const running = {
  create: "string",
  update: "string",
  delete: "string",
  stdin: "string",
  logging: "string",
  environment: "map[string]string",
  triggers: "[]interface {}",
  addPreviousOutputInEnv: "bool",
} as const;

/** The inputs of `command:remote:Command` 1.2.1. */
export const commandInputs: Struct = {
  name: "remote.CommandInputs",
  fields: { connection, ...running },
  required: ["connection"],
};

/**
 * The inputs of `command:local:Command` 1.2.1, but for the files that it gathers behind a run (`assetPaths`,
 * `archivePaths`).
 */
export const localInputs: Struct = {
  name: "local.CommandInputs",
  fields: {
    interpreter: "[]interface {}",
    dir: "string",
    ...running,
  },
  required: [],
};

/** The inputs of `command:remote:CopyToRemote` 1.2.1. */
export const copyInputs: Struct = {
  name: "remote.CopyToRemoteInputs",
  fields: {
    connection,
    source: "asset",
    remotePath: "string",
    triggers: "[]interface {}",
  },
  required: ["connection", "source", "remotePath"],
};

/** One field that cannot be decoded. Values are never shown. */
export interface Undecodable {
  readonly field: string;
  readonly reason: string;
}

/**
 * What the real `Check` refuses: missing fields, values of another type, fields that do not exist.
 * The refusals below a nested struct are one, at the field that holds it.
 */
export function undecodable(struct: Struct, value: Props): Undecodable[] {
  const { name, fields, required } = struct;
  const found: Undecodable[] = required
    .filter((field) => value[field] === undefined || value[field] === null)
    .map((field) => ({ field, reason: `Missing required field '${field}' on '${name}'` }));
  for (const [field, item] of Object.entries(value)) {
    if (field.startsWith("__") || item === undefined || item === null || item === UNKNOWN) continue;
    const kind = fields[field];
    const reason =
      kind === undefined
        ? `Unrecognized field '${field}' on '${name}'`
        : typeof kind === "string"
          ? wrongKind(name, field, kind, item)
          : nested(name, field, kind, item);
    if (reason !== undefined) found.push({ field, reason });
  }
  return found;
}

function nested(outer: string, field: string, struct: Struct, value: unknown): string | undefined {
  if (!isObject(value)) return mustBe(outer, field, struct.name, value);
  const below = undecodable(struct, value);
  if (below.length === 0) return undefined;
  const place = `${outer.replace(/^.*\./, "")}.${field}`;
  const lines = below.map((one) => `\n\t${one.field}: ${one.reason}`);
  return `An error occurred decoding '${place}': ${below.length} failures decoding:${lines.join("")}`;
}

function wrongKind(name: string, field: string, kind: Kind, value: unknown): string | undefined {
  const fits =
    kind === "map[string]string" || kind === "asset"
      ? isObject(value)
      : kind === "[]interface {}"
        ? Array.isArray(value)
        : kind === goTypeOf(value) || (kind === "int" && typeof value === "number");
  return fits ? undefined : mustBe(name, field, kind, value);
}

function mustBe(name: string, field: string, kind: string, value: unknown): string {
  return `Field '${field}' on '${name}' must be a '${kind}'; got '${goTypeOf(value)}' instead`;
}

/** The type that Go's JSON gives a value. */
function goTypeOf(value: unknown): string {
  if (typeof value === "string") return "string";
  if (typeof value === "number") return "float64";
  if (typeof value === "boolean") return "bool";
  return Array.isArray(value) ? "[]interface {}" : "map[string]interface {}";
}
