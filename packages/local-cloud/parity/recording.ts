import * as fs from "node:fs";
import * as path from "node:path";

import { isObject, UNKNOWN, type Props } from "../emulator/values";
import { fillPlaceholders } from "./placeholders";

/** Methods of `ResourceProvider` that are compared. */
export const methods = [
  "CheckConfig",
  "DiffConfig",
  "Configure",
  "Invoke",
  "Check",
  "Diff",
  "Create",
  "Read",
  "Update",
  "Delete",
] as const;
export type Method = (typeof methods)[number];

/** One recorded call, in one form whatever the recording's own spelling. */
export interface Call {
  /** `digitalocean-4.80.1.grpc.jsonl:18`. */
  readonly at: string;
  readonly file: string;
  readonly scenario: string;
  readonly method: Method;
  readonly provider: string;
  /** Resource type or function token; `(provider)` for calls about the configuration. */
  readonly type: string;
  /** Always in the engine's full form. */
  readonly urn: string;
  readonly id: string;
  readonly preview: boolean;
  readonly request: Props;
  readonly response: Props;
  /** The provider's error text; undefined when the call succeeded. */
  readonly error?: string;
}

/** A line that cannot be replayed, and why. */
export interface Unreadable {
  readonly at: string;
  readonly reason: string;
}

/** What a folder holds. */
export interface Recordings {
  readonly calls: readonly Call[];
  readonly unreadable: readonly Unreadable[];
  /** Calls of methods that say nothing about resources (`GetSchema`), by method. */
  readonly skipped: ReadonlyMap<string, number>;
}

/**
 * All recordings of a folder and those below it, in order of file name and line: `*.jsonl`, and
 * `*.json` whose lines are calls.
 */
export function readRecordings(directory: string): Recordings {
  if (!fs.existsSync(directory)) throw new Error(`no folder ${directory} with recordings`);
  const calls: Call[] = [];
  const unreadable: Unreadable[] = [];
  const skipped = new Map<string, number>();
  for (const file of filesWithCalls(directory)) {
    const lines = fs.readFileSync(path.join(directory, file), "utf8").split("\n");
    const ofFile: Call[] = [];
    lines.forEach((line, index) => {
      if (line.trim() === "") return;
      const read = readCall(line, `${file}:${index + 1}`, file, ofFile);
      if ("method" in read && !("urn" in read)) {
        skipped.set(read.method, (skipped.get(read.method) ?? 0) + 1);
      } else if ("reason" in read) unreadable.push(read);
      else ofFile.push(read);
    });
    const [named] = ofFile.filter(({ provider }) => provider !== "");
    calls.push(
      ...ofFile.map((call) =>
        call.provider === "" ? { ...call, provider: named?.provider ?? "" } : call,
      ),
    );
  }
  if (calls.length === 0) throw new Error(`no recorded call (*.jsonl) in ${directory}`);
  return { calls, unreadable, skipped };
}

function filesWithCalls(directory: string): string[] {
  return fs
    .readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => {
      if (name.endsWith(".jsonl")) return true;
      if (!name.endsWith(".json")) return false;
      const [first = ""] = fs.readFileSync(path.join(directory, name), "utf8").split("\n", 1);
      return /^\s*\{.*"method"\s*:/.test(first);
    })
    .sort();
}

function readCall(
  line: string,
  at: string,
  file: string,
  before: Call[],
): Call | Unreadable | { method: string } {
  let raw: unknown;
  try {
    raw = fillPlaceholders(JSON.parse(line));
  } catch {
    return { at, reason: "not JSON" };
  }
  if (!isObject(raw)) return { at, reason: "not a JSON object" };
  const [method = "", service = "ResourceProvider"] = String(raw["method"] ?? "")
    .split(/[/.]/)
    .reverse();
  if (method === "") return { at, reason: "no method" };
  // A whole session holds calls of other services too, some of the same name (`Invoke`).
  if (service !== "ResourceProvider" || !isMethod(method)) return { method };
  if (!isObject(raw["request"])) return { at, reason: "no request" };
  const request = { ...raw["request"] };
  const about = subjectOf(request, method);
  if (!about) return { at, reason: "neither urn nor tok nor type" };
  const call = {
    at,
    file,
    scenario: String(raw["scenario"] ?? ""),
    method,
    ...about,
    id: typeof request["id"] === "string" && request["id"] !== UNKNOWN ? request["id"] : "",
    preview: request["preview"] === true,
    response: isObject(raw["response"]) ? raw["response"] : {},
  };
  for (const key of ["olds", "news", "oldInputs", "properties", "inputs", "args"]) {
    if (typeof request[key] !== "string") continue;
    const state = key === "inputs" || key === "oldInputs" ? undefined : stateOf(call, before);
    if (!state) return { at, reason: `${key} is "${request[key]}" and no earlier call shows it` };
    request[key] = state;
  }
  const error = errorOf(raw);
  return error === undefined ? { ...call, request } : { ...call, request, error };
}

function isMethod(method: string): method is Method {
  return (methods as readonly string[]).includes(method);
}

/** `errors` or `error`, a list or a text, with or without gRPC's own prefix. */
function errorOf(raw: Props): string | undefined {
  const given = raw["errors"] ?? raw["error"];
  const texts = (Array.isArray(given) ? given : [given]).filter((text) => typeof text === "string");
  if (texts.length === 0) return undefined;
  return texts.join("\n").replace(/^rpc error: code = \w+ desc = /, "");
}

/** The last state that an earlier call shows; for a read without one, what it answered. */
function stateOf(
  call: { urn: string; id: string; method: Method; response: Props },
  before: Call[],
): Props | undefined {
  const state = earlierState(call, before);
  if (state || call.method !== "Read") return state;
  return isObject(call.response["properties"]) ? call.response["properties"] : undefined;
}

/** The last state that an earlier call of the same resource shows. */
function earlierState(
  call: { urn: string; id: string; method: Method },
  before: Call[],
): Props | undefined {
  for (const earlier of [...before].reverse()) {
    if (earlier.urn !== call.urn || (call.id && (earlier.id || earlier.response["id"]) !== call.id))
      continue;
    const state =
      earlier.method === "Diff"
        ? earlier.request["olds"]
        : earlier.preview
          ? undefined
          : earlier.response["properties"];
    if (isObject(state) && Object.keys(state).length > 0) return state;
  }
  return undefined;
}

function subjectOf(
  request: Props,
  method: Method,
): Pick<Call, "provider" | "type" | "urn"> | undefined {
  if (typeof request["tok"] === "string") {
    const tok = request["tok"];
    return { provider: tok.split(":")[0]!, type: tok, urn: "" };
  }
  const parts = (typeof request["urn"] === "string" ? request["urn"] : "").split("::");
  const name = parts.at(-1)!;
  const qualified = parts.length > 1 ? parts.at(-2)! : String(request["type"] ?? "");
  const type = qualified.split("$").at(-1)!.replace(/^urn:/, "");
  const provider = /^pulumi:providers:(\w+)/.exec(type)?.[1];
  if (provider) {
    return { provider, type: "(provider)", urn: `urn:pulumi:dev::parity::${type}::${name}` };
  }
  if (type === "" && ["CheckConfig", "DiffConfig", "Configure"].includes(method)) {
    // The other calls of the file tell which provider it is.
    return { provider: "", type: "(provider)", urn: "" };
  }
  if (type.split(":").length !== 3) return undefined;
  return {
    provider: type.split(":")[0]!,
    type,
    urn: parts.length >= 4 ? String(request["urn"]) : `urn:pulumi:dev::parity::${type}::${name}`,
  };
}
