import { stack } from "./fields";
import { group } from "./hints";
import { servedBy } from "./serving";

/** A project that moves to another machine (R63 to R76), as long as the line stands. */
export const migration = group(
  "A move under way: both machines stay, and deployments take both, until the line is taken out (R63).",
  { to: stack("Stack whose machine takes it over: a host stack, or the environment itself.") },
);

/** How far a move is: visitors are still led to the old machine, or already to the new one. */
export type Phase = "beside" | "switched";

/** The phase of a project's move, by who serves it; undefined where it does not move. */
export function phaseOf(
  fleet: { readonly stack: string },
  project: { readonly servedBy?: string; readonly migration?: { readonly to: string } },
): Phase | undefined {
  if (project.migration === undefined) return undefined;
  return servedBy(fleet, project) === project.migration.to ? "switched" : "beside";
}
