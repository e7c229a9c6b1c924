import type { Provider } from "../emulator/handler";
import { agrees, aspects, type Aspect, type Finding } from "./finding";
import { gapFor, type Gap } from "./gap";

/** What is known about one field of one resource type. */
export interface Row {
  readonly provider: string;
  readonly type: string;
  readonly field: string;
  readonly cells: Readonly<Partial<Record<Aspect, Cell>>>;
  /** `recorded` false: the emulator has the field, no recording touches it. */
  readonly recorded: boolean;
}

/** All comparisons of one aspect of one field. */
export interface Cell {
  readonly status: "equal" | "gap" | "different";
  readonly calls: number;
  /** Diffs in which the property changed; the rest only show that it stayed. */
  readonly changes: number;
  readonly onRequest: number;
  readonly gaps: readonly Gap[];
}

/** Every field that a recording touches or an emulator declares. */
export function rows(
  findings: readonly Finding[],
  gaps: readonly Gap[],
  providers: readonly Provider[],
): Row[] {
  const found = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = keyOf(finding);
    const at = found.get(key);
    if (at) at.push(finding);
    else found.set(key, [finding]);
  }
  const touched = [...found.values()].map((group): Row => {
    const { provider, type, field } = group[0]!;
    const cells = Object.fromEntries(
      aspects
        .map((aspect) => [aspect, group.filter((item) => item.aspect === aspect)] as const)
        .filter(([, items]) => items.length > 0)
        .map(([aspect, items]) => [aspect, cellOf(items, gaps)]),
    );
    return { provider, type, field, cells, recorded: true };
  });
  const untouched = declared(providers)
    .filter((item) => !found.has(keyOf(item)))
    .map((item): Row => ({ ...item, cells: {}, recorded: false }));
  return [...touched, ...untouched].sort((a, b) => compareText(keyOf(a), keyOf(b)));
}

function cellOf(findings: readonly Finding[], gaps: readonly Gap[]): Cell {
  const differing = findings.filter((finding) => !agrees(finding));
  const explained = differing.map((finding) => gapFor(finding, gaps));
  return {
    status: differing.length === 0 ? "equal" : explained.includes(undefined) ? "different" : "gap",
    calls: findings.length,
    changes: findings.filter(({ recorded }) => /^(update|replace)/.test(recorded)).length,
    onRequest: findings.filter((finding) => finding.onRequest).length,
    gaps: [...new Set(explained.filter((gap) => gap !== undefined))],
  };
}

function declared(providers: readonly Provider[]) {
  return providers.flatMap((provider) =>
    provider.resources.flatMap(({ type, table }) =>
      table
        ? [...new Set([...Object.keys(table.inputs), ...Object.keys(table.outputs)])].map(
            (field) => ({ provider: provider.name, type, field }),
          )
        : [],
    ),
  );
}

function keyOf(item: { provider: string; type: string; field: string }): string {
  return `${item.provider} ${item.type} ${item.field}`;
}

/** Independent of the machine's language, so that the document is the same everywhere. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
