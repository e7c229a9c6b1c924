/** What a project's site on a node is called in the state; its parts are called after it. */
export function siteName(node: string, slug: string): string {
  return `${node}-${slug}`;
}
