import type { Change } from "../../../engine/preview";
import { cloudFacts } from "../../../components/clouds/facts";
import { machines } from "./kinds";
import type { Plan } from "./plan";
import { nodeOfProject } from "./side";

/** From least to worst. */
export const interruptions = ["none", "restart", "replacement", "end"] as const;
export type InterruptionKind = (typeof interruptions)[number];

/** What happens to a node's service. */
export interface Interruption {
  readonly node: string;
  readonly kind: Exclude<InterruptionKind, "none">;
  /** Projects that are off meanwhile. */
  readonly projects: readonly string[];
  /**
   * Minutes from and to; undefined: for good. A replacement is first boot, packages and Docker, without
   * data that has to be brought back.
   */
  readonly minutes: readonly [number, number] | undefined;
  /** What causes it, in words. */
  readonly cause: string;
}

/** Every interruption of a plan, worst first, then by node. */
export function interruptionsOf(plan: Plan): readonly Interruption[] {
  const byNode = new Map<string, Change[]>();
  for (const change of plan.preview.changes) {
    if (!(change.type in machines) || change.fate === "same") continue;
    const node = plan.nodeOf(change) ?? change.name;
    byNode.set(node, [...(byNode.get(node) ?? []), change]);
  }
  return [...byNode.entries()]
    .flatMap(([node, changes]) => ofNode(plan, node, changes))
    .sort((a, b) => rank(b.kind) - rank(a.kind) || (a.node < b.node ? -1 : 1));
}

export function worst(found: readonly Interruption[]): InterruptionKind {
  return found[0]?.kind ?? "none";
}

function rank(kind: InterruptionKind): number {
  return interruptions.indexOf(kind);
}

function ofNode(plan: Plan, node: string, changes: readonly Change[]): Interruption[] {
  const projects = plan.before.nodes.get(node)?.projects ?? [];
  const served = projects.filter((project) => servedHere(plan, project));
  const replaced = changes.find(({ fate }) => fate === "replace");
  const gone = changes.find(
    ({ fate, before }) => fate === "delete" && before?.retainOnDelete !== true,
  );
  const made = changes.find(({ fate }) => fate === "create" || fate === "import");
  const updated = changes.find(({ fate }) => fate === "update");
  if (replaced ?? (gone && made)) {
    const { type } = made ?? replaced!;
    const why = replaced
      ? `${replaced.replaceKeys.join(", ") || "a change"} makes a new machine`
      : "another machine takes its place";
    return [
      {
        node,
        kind: "replacement",
        projects: served,
        minutes: cloudFacts[machines[type]!].minutes.replacement,
        cause: why,
      },
    ];
  }
  if (gone) {
    // A machine that nothing is served from goes unnoticed.
    return served.length === 0
      ? []
      : [
          {
            node,
            kind: "end",
            projects: served,
            minutes: undefined,
            cause: "its machine is deleted",
          },
        ];
  }
  if (!updated) return [];
  const { machine, minutes } = cloudFacts[machines[updated.type]!];
  const keys = topLevel(updated.diffs).filter((key) => machine.restarts.includes(key));
  if (keys.length === 0) return [];
  return [
    {
      node,
      kind: "restart",
      projects: served,
      minutes: minutes.restart,
      cause: `${keys.join(", ")} changes`,
    },
  ];
}

/** Whether a project's visitors reach it on this stack's own machine before the change. */
function servedHere(plan: Plan, project: string): boolean {
  const servedBy = plan.before.outputs.projects[project]?.servedBy;
  if (servedBy !== undefined && servedBy !== plan.preview.stack) return false;
  return nodeOfProject(plan.before, project) !== undefined;
}

function topLevel(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.map((path) => path.split(/[.[]/)[0] ?? path))];
}
