import { equal, hasUnknown, isObject, type Props } from "../emulator/values";
import { bookkeeping, isSecret, normalError, plain, show } from "./bookkeeping";
import { compareDiff } from "./compare-diff";
import { findingsOf, type Aspect, type Finding, type Found } from "./finding";
import { formatOf } from "./formats";
import type { Call } from "./recording";
import type { Answer } from "./replay";

/** Compares a recorded call with an emulator's answer to it, field by field. */
export function compare(call: Call, answer: Answer): Finding[] {
  return findingsOf(call, (found) => {
    const aspect =
      call.method === "CheckConfig" || call.method === "Configure" ? "config" : "error";
    if (call.error !== undefined || answer.error !== undefined) {
      const text = (error: string | undefined) =>
        error === undefined ? "succeeds" : normalError(error);
      found(`(${call.method.toLowerCase()})`, aspect, text(call.error), text(answer.error));
      return;
    }
    compareAnswers(call, answer.response, found);
  });
}

function compareAnswers(call: Call, emulated: Props, found: Found): void {
  const { method, response: recorded, request } = call;
  switch (method) {
    case "CheckConfig":
    case "Check":
      compareCheck(call, emulated, found);
      return;
    case "Configure":
      for (const key of ["supportsPreview", "acceptSecrets", "supportsAutonamingConfiguration"]) {
        found(key, "config", show(recorded[key] ?? false), show(emulated[key] ?? false));
      }
      return;
    case "DiffConfig":
      // A message left empty and DIFF_NONE mean the same to the engine: nothing changed.
      found(
        "(diffconfig)",
        "config",
        show(recorded["changes"] === "DIFF_SOME"),
        show(emulated["changes"] === "DIFF_SOME"),
      );
      return;
    case "Diff":
      compareDiff(call, emulated, found);
      return;
    case "Invoke":
      compareRefusals(recorded, emulated, found);
      compareOutputs(props(recorded["return"]), props(emulated["return"]), {}, "invoke", found);
      return;
    case "Create":
    case "Update": {
      const given = props(method === "Create" ? request["properties"] : request["news"]);
      const known = { ...plain(props(request["olds"])), ...withoutDefaults(plain(given)) };
      compareSecrets(recorded, emulated, found);
      const [was, is] = [props(recorded["properties"]), props(emulated["properties"])];
      compareOutputs(was, is, known, call.preview ? "preview" : "output", found);
      return;
    }
    case "Read":
      compareRead(call, emulated, found);
      return;
    case "Delete":
      found("(delete)", "output", "succeeds", "succeeds");
      return;
    default: {
      const never: never = method;
      throw new Error(`method ${String(never)}`);
    }
  }
}

/** Inputs as Check completes them, and every refusal under the field it names. */
function compareCheck(call: Call, emulated: Props, found: Found): void {
  const { response: recorded, request } = call;
  if (compareRefusals(recorded, emulated, found)) return;
  const aspect = call.method === "Check" ? "check" : "config";
  const [was, is] = [recorded, emulated].map((answer) =>
    settleNames(plain(props(answer["inputs"])), plain(props(request["olds"]))),
  ) as [Props, Props];
  for (const key of unionOfKeys(was, is)) found(key, aspect, show(was[key]), show(is[key]));
  compareMarks(props(recorded["inputs"]), props(emulated["inputs"]), found);
}

/** Every refusal under the field it names; true when there were any. */
function compareRefusals(recorded: Props, emulated: Props, found: Found): boolean {
  const refusals = [refusalsOf(recorded), refusalsOf(emulated)] as const;
  for (const field of new Set([...refusals[0].keys(), ...refusals[1].keys()])) {
    const [was, is] = refusals.map((one) => one.get(field)?.sort().join("; ") ?? "accepted");
    found(field, "refusal", was!, is!);
  }
  return refusals[0].size > 0;
}

/** Names that Check made up just now, without their random end. */
function settleNames(inputs: Props, olds: Props): Props {
  const made = Array.isArray(inputs["__defaults"]) ? inputs["__defaults"] : [];
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) =>
      typeof value === "string" && made.includes(key) && olds[key] !== value
        ? [key, value.replace(/-[0-9a-f]{7}$/, "-<7 hex>")]
        : [key, value],
    ),
  );
}

/** Refusals by field: the property they name, or the place they end with. */
function refusalsOf(answer: Props): Map<string, string[]> {
  const refusals = new Map<string, string[]>();
  const failures = Array.isArray(answer["failures"]) ? answer["failures"] : [];
  for (const failure of failures.filter(isObject)) {
    const reason = String(failure["reason"] ?? "");
    const place = /Examine values at '[^.']+\.([^']+)'/.exec(reason)?.[1];
    const named = /property '([^']+)'/.exec(reason)?.[1];
    const field = topOf(place ?? (String(failure["property"] ?? "") || named || "(check)"));
    const property = failure["property"] ? `${String(failure["property"])}: ` : "";
    refusals.set(field, [...(refusals.get(field) ?? []), property + normalError(reason)]);
  }
  return refusals;
}

/** A read's state, and the inputs that refresh and import take from it. */
function compareRead(call: Call, emulated: Props, found: Found): void {
  const { response: recorded } = call;
  const [exists, shown] = [recorded, emulated].map((answer) => (answer["id"] ? "there" : "gone"));
  found("(read)", "output", exists!, shown!);
  if (exists !== "there" || shown !== "there") return;
  compareSecrets(recorded, emulated, found);
  const state = plain(props(recorded["properties"]));
  compareOutputs(
    props(recorded["properties"]),
    props(emulated["properties"]),
    state,
    "output",
    found,
  );
  const [was, is] = [plain(props(recorded["inputs"])), plain(props(emulated["inputs"]))];
  for (const key of unionOfKeys(was, is)) found(key, "read inputs", show(was[key]), show(is[key]));
}

/**
 * Outputs: the same keys; the same value where it was known before (an input, the old state, a
 * preview's known part); otherwise the same format.
 */
function compareOutputs(
  recorded: Props,
  emulated: Props,
  known: Props,
  aspect: Aspect,
  found: Found,
): void {
  const [was, is] = [plain(recorded), plain(emulated)];
  for (const key of unionOfKeys(was, is)) {
    const exact =
      aspect === "preview" || (key in was && (equal(was[key], known[key]) || hasUnknown(was[key])));
    const say = exact ? show : formatOf;
    found(key, aspect, say(was[key]), say(is[key]));
  }
}

function compareSecrets(recorded: Props, emulated: Props, found: Found): void {
  compareMarks(props(recorded["properties"]), props(emulated["properties"]), found);
}

function compareMarks(recorded: Props, emulated: Props, found: Found): void {
  for (const key of unionOfKeys(recorded, emulated)) {
    if (bookkeeping.includes(key)) continue;
    const marks = [recorded[key], emulated[key]].map((value) =>
      isSecret(value) ? "secret" : "plain",
    );
    if (marks.includes("secret") && key in recorded && key in emulated) {
      found(key, "secret", marks[0]!, marks[1]!);
    }
  }
}

function withoutDefaults(value: unknown): Props {
  return strip(value) as Props;
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "__defaults")
      .map(([key, member]) => [key, strip(member)]),
  );
}

function props(value: unknown): Props {
  return isObject(value) ? value : {};
}

function unionOfKeys(a: Props, b: Props): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}

function topOf(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}
