import type { ResolvedNode, ResolvedProject } from "./resolved";

/** What something of a project on a node was called in the state where the project or its node had another name. */
export function formerNames(
  nameOf: (node: string, slug: string) => string,
  node: string,
  { slug, formerly = slug }: Pick<ResolvedProject, "slug" | "formerly">,
  { formerly: formerNode = node }: Pick<ResolvedNode, "formerly">,
): readonly string[] {
  return [nameOf(node, formerly), nameOf(formerNode, formerly)];
}
