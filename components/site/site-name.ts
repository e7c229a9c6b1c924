import type { ResolvedNode, ResolvedProject } from "../placement/resolved";

/** What a project's site on a node is called in the state; its parts are called after it. */
export function siteName(node: string, slug: string): string {
  return `${node}-${slug}`;
}

/** What it was called where the project or its node had another name. */
export function formerSites(
  node: string,
  { slug, formerly = slug }: Pick<ResolvedProject, "slug" | "formerly">,
  { formerly: formerNode = node }: Pick<ResolvedNode, "formerly">,
): readonly string[] {
  return [siteName(node, formerly), siteName(formerNode, formerly)];
}
