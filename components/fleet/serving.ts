import { nobody, type Fleet, type ProjectSpec } from "./fleet";

/** Whose machine answers under a project's names: a stack's, or nobody's. */
export function servedBy(fleet: Pick<Fleet, "stack">, project: ProjectSpec): string {
  return project.servedBy ?? fleet.stack;
}

/** Whether a project's service ended: it has no names then. */
export function isEnded(project: Pick<ProjectSpec, "servedBy">): boolean {
  return project.servedBy === nobody;
}
