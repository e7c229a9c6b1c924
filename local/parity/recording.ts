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

/** All recordings (`*.jsonl`) of a folder, in order of file name and line. */
export function readRecordings(directory: string): { calls: Call[]; unreadable: Unreadable[] } {
  if (!fs.existsSync(directory)) throw new Error(`no folder ${directory} with recordings`);
  const files = fs
    .readdirSync(directory)
    .filter((name) => name.endsWith(".jsonl"))
    .sort();
  if (files.length === 0) throw new Error(`no recording (*.jsonl) in ${directory}`);
  const calls: Call[] = [];
  const unreadable: Unreadable[] = [];
  for (const file of files) {
    const lines = fs.readFileSync(path.join(directory, file), "utf8").split("\n");
    const ofFile: Call[] = [];
    lines.forEach((line, index) => {
      if (line.trim() === "") return;
      const at = `${file}:${index + 1}`;
      const read = readCall(line, at, file, ofFile);
      if ("reason" in read) unreadable.push(read);
      else ofFile.push(read);
    });
    calls.push(...ofFile);
  }
  return { calls, unreadable };
}

function readCall(line: string, at: string, file: string, before: Call[]): Call | Unreadable {
  let raw: unknown;
  try {
    raw = fillPlaceholders(JSON.parse(line));
  } catch {
    return { at, reason: "not JSON" };
  }
  if (!isObject(raw)) return { at, reason: "not a JSON object" };
  const method = String(raw["method"] ?? "")
    .split("/")
    .at(-1) as Method;
  if (!methods.includes(method)) return { at, reason: `method ${String(raw["method"])}` };
  if (!isObject(raw["request"])) return { at, reason: "no request" };
  const request = { ...raw["request"] };
  const about = subjectOf(request, method, file);
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
    const state = key === "inputs" || key === "oldInputs" ? undefined : earlierState(call, before);
    if (!state) return { at, reason: `${key} is "${request[key]}" and no earlier call shows it` };
    request[key] = state;
  }
  const error = errorOf(raw);
  return error === undefined ? { ...call, request } : { ...call, request, error };
}

/** `errors` or `error`, a list or a text, with or without gRPC's own prefix. */
function errorOf(raw: Props): string | undefined {
  const given = raw["errors"] ?? raw["error"];
  const texts = (Array.isArray(given) ? given : [given]).filter((text) => typeof text === "string");
  if (texts.length === 0) return undefined;
  return texts.join("\n").replace(/^rpc error: code = \w+ desc = /, "");
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
  file: string,
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
    return { provider: file.split(/[-.]/)[0]!, type: "(provider)", urn: "" };
  }
  if (type.split(":").length !== 3) return undefined;
  return {
    provider: type.split(":")[0]!,
    type,
    urn: parts.length >= 4 ? String(request["urn"]) : `urn:pulumi:dev::parity::${type}::${name}`,
  };
}
