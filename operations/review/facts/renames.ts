import { nameOf } from "../../../engine/urn";
import { textAt } from "../../../engine/values";
import { namesType } from "./kinds";
import type { Side } from "./side";

/** A project under another slug: told by its primary name, which one slug bears on each side. */
export interface Rename {
  readonly from: string;
  readonly to: string;
  /** False: the engine sees two projects, and deletes one to make the other. */
  readonly inPlace: boolean;
}

export function renamesOf(before: Side, after: Side): readonly Rename[] {
  const [was, will] = [primaries(before), primaries(after)];
  return [...was].flatMap(([from, primary]): Rename[] => {
    if (will.has(from)) return [];
    const to = [...will.keys()].find((slug) => !was.has(slug) && will.get(slug) === primary);
    return to === undefined ? [] : [{ from, to, inPlace: staysItself(before, after, to) }];
  });
}

/** Where no resource stands for the names, as where a client runs DNS, the machine tells. */
function staysItself(before: Side, after: Side, slug: string): boolean {
  if (after.names.has(slug)) return before.names.has(slug);
  const node = [...after.nodes.values()].find(({ projects }) => projects.includes(slug));
  return node !== undefined && before.nodes.has(node.name);
}

/** Primary name by the slug of that side. */
function primaries({ resources, outputs }: Side): ReadonlyMap<string, string> {
  const published = Object.entries(outputs.projects).map(
    ([slug, { primary }]) => [slug, primary] as const,
  );
  const named = resources
    .filter(({ type }) => type === namesType)
    .map(({ state }) => [nameOf(state.urn), textAt(state.inputs, "primary")] as const);
  return new Map(
    [...published, ...named].flatMap(([slug, primary]) =>
      primary === undefined ? [] : [[slug, primary] as const],
    ),
  );
}

/** A side before the change, with what is renamed in place under the slug it has afterwards. */
export function underLaterNames(side: Side, renames: readonly Rename[]): Side {
  const later = new Map(
    renames.flatMap(({ from, to, inPlace }) => (inPlace ? [[from, to] as const] : [])),
  );
  if (later.size === 0) return side;
  const slugOf = (slug: string) => later.get(slug) ?? slug;
  const nodes = [...side.nodes].map(
    ([name, node]) => [name, { ...node, projects: node.projects.map(slugOf) }] as const,
  );
  const projects = Object.entries(side.outputs.projects).map(
    ([slug, facts]) => [slugOf(slug), facts] as const,
  );
  return {
    ...side,
    nodes: new Map(nodes),
    outputs: { ...side.outputs, projects: Object.fromEntries(projects) },
  };
}
