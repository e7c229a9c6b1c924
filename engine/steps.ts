import type { Change, Fate, Operation, State } from "./preview";
import { nameOf, typeOf } from "./urn";

/** One step of the engine on one resource. */
export interface Step {
  readonly op: Operation;
  readonly urn: string;
  readonly before?: State;
  readonly after?: State;
  readonly replaceKeys: readonly string[];
  readonly diffs: readonly string[];
}

/** Steps that end or begin a replacement; together they are one fate. */
const replacing: readonly Operation[] = [
  "replace",
  "create-replacement",
  "delete-replaced",
  "import-replacement",
  "read-replacement",
];

/** Takes the steps on each resource together, in the order of the URNs. */
export function changesOf(steps: readonly Step[]): readonly Change[] {
  const byUrn = new Map<string, Step[]>();
  for (const step of steps) byUrn.set(step.urn, [...(byUrn.get(step.urn) ?? []), step]);
  return [...byUrn.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([urn, group]) => together(urn, group));
}

function together(urn: string, steps: readonly Step[]): Change {
  const fate = fateOf(steps.map(({ op }) => op));
  const before = steps.find((step) => step.before)?.before;
  const after = fate === "delete" ? undefined : steps.findLast((step) => step.after)?.after;
  return {
    urn,
    type: typeOf(urn),
    name: nameOf(urn),
    fate,
    // An import has no state of ours before it.
    ...(before && fate !== "create" && fate !== "import" ? { before } : {}),
    ...(after ? { after } : {}),
    replaceKeys: unique(steps.flatMap(({ replaceKeys }) => replaceKeys)),
    diffs: unique(steps.flatMap(({ diffs }) => diffs)),
  };
}

/**
 * A resource that one resource leaves and another takes the place of under the same URN, as
 * `delete` and `create`, is replaced too.
 */
function fateOf(ops: readonly Operation[]): Fate {
  const has = (op: Operation) => ops.includes(op);
  if (ops.some((op) => replacing.includes(op))) return "replace";
  if (has("delete") && (has("create") || has("import"))) return "replace";
  if (has("create")) return "create";
  if (has("import")) return "import";
  if (has("delete")) return "delete";
  if (has("update")) return "update";
  if (has("read") || has("discard") || has("discard-replaced")) return "read";
  return "same";
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
