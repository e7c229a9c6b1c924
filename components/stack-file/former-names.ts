import type { MachineDraft, ProjectDraft } from "./draft";

/**
 * The former name of a node. A node is named after a project on it (R9) and follows that one when
 * it is renamed: with `store` for `shop`, `store-acme` was `shop-acme`. Declared where it does not
 * follow. A name that another machine bears still says that this one is new.
 */
export function formerNodeName(
  { name, entry, projects }: MachineDraft,
  machines: readonly MachineDraft[],
): string | undefined {
  if (entry?.formerly !== undefined) return entry.formerly;
  const namesake = namesakeOf(name, projects);
  if (namesake?.facts.formerly === undefined) return undefined;
  const former = namesake.facts.formerly + name.slice(namesake.slug.length);
  return machines.some((other) => other.name === former) ? undefined : former;
}

/** The project that a node is named after: of `store` and `store-acme`, a node `store-acme` is the latter's. */
function namesakeOf(name: string, projects: readonly ProjectDraft[]): ProjectDraft | undefined {
  return projects
    .filter(({ slug }) => name === slug || name.startsWith(`${slug}-`))
    .sort((a, b) => b.slug.length - a.slug.length)[0];
}
