/** What `servedBy` says of a project whose service ended: it has no names, and nobody serves it. */
export const nobody = "none";

/** Whose machine answers under a project's names: a stack's, or nobody's. */
export function servedBy(
  fleet: { readonly stack: string },
  project: { readonly servedBy?: string },
): string {
  return project.servedBy ?? fleet.stack;
}

/** Whether a project's service ended: it has no names then. */
export function isEnded(project: { readonly servedBy?: string }): boolean {
  return project.servedBy === nobody;
}
