import { isObject, type Props } from "../emulator/values";
import { bookkeeping, plain, show } from "./bookkeeping";
import type { Found } from "./finding";
import type { Call } from "./recording";

/** Compares the verdict on a change: for each property, and for the resource as a whole. */
export function compareDiff(call: Call, emulated: Props, found: Found): void {
  const { response: recorded, request } = call;
  const [olds, news] = [inputs(request["oldInputs"]), inputs(request["news"])];
  const detailed = recorded["hasDetailedDiff"] === true || isObject(recorded["detailedDiff"]);
  const fields = new Set([
    ...namedBy(recorded),
    ...namedBy(emulated),
    ...Object.keys(olds),
    ...Object.keys(news),
  ]);
  for (const field of [...fields].sort()) {
    if (field === "__defaults") continue;
    found(field, "diff", verdict(recorded, field, detailed), verdict(emulated, field, detailed));
  }
  const whole = (diff: Props) => ({
    changes: diff["changes"] ?? "DIFF_UNKNOWN",
    deleteBeforeReplace: diff["deleteBeforeReplace"] ?? false,
  });
  found("(diff)", "diff", show(whole(recorded)), show(whole(emulated)));
  const stables = (diff: Props) => show(list(diff["stables"]).sort());
  found("(stables)", "diff", stables(recorded), stables(emulated));
}

function inputs(value: unknown): Props {
  return isObject(value) ? plain(value) : {};
}

function namedBy(diff: Props): string[] {
  return [
    ...list(diff["diffs"]),
    ...list(diff["replaces"]),
    ...Object.keys(isObject(diff["detailedDiff"]) ? diff["detailedDiff"] : {}).map(topOf),
  ];
}

/** `no change`, `update`, `replace`, with the paths below the property that differ. */
function verdict(diff: Props, field: string, detailed: boolean): string {
  const replaces = list(diff["replaces"]).includes(field);
  // The bridge names its own `__meta` where a plan's private part forces the replacement.
  const differs = list(diff["diffs"]).includes(field);
  const decision = replaces ? "replace" : differs ? "update" : "no change";
  if (!detailed) return decision;
  const paths = Object.entries(isObject(diff["detailedDiff"]) ? diff["detailedDiff"] : {})
    .filter(([path]) => topOf(path) === field && !bookkeeping.includes(path))
    .map(([path, detail]) => `${path} ${kindOf(detail)}`);
  return [decision, ...paths.sort()].join(", ");
}

/** Protobuf leaves the first of an enum out, so no kind is ADD. */
function kindOf(detail: unknown): string {
  const kind = isObject(detail) ? detail["kind"] : undefined;
  return typeof kind === "string" ? kind : "ADD";
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function topOf(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}
