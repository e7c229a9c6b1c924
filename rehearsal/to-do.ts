import { z } from "zod";

import { runCommand } from "../packages/local-cloud/ground/run-command";

/** What a deployment left undone, by the node or project it is for: `create kmc-server`. */
export type ToDo = Readonly<Record<string, readonly string[]>>;

/** A stack of the local cloud, and where its project lies. */
export interface PlannedStack {
  readonly stack: string;
  readonly project: string;
  readonly env: NodeJS.ProcessEnv;
}

const state = z.object({ parent: z.string().optional() });
const plan = z.object({
  steps: z.array(
    z.object({
      op: z.string(),
      urn: z.string(),
      oldState: state.optional(),
      newState: state.optional(),
    }),
  ),
});

/**
 * Asks the engine what it would do now. A state cannot tell: a machine whose last converge failed
 * looks there like one that succeeded. Undefined where the stack cannot be previewed at all.
 */
export async function whatIsToDo({ stack, project, env }: PlannedStack): Promise<ToDo | undefined> {
  const args = ["preview", "--json", "--stack", stack];
  const { code, stdout } = await runCommand("pulumi", args, { cwd: project, env });
  if (code !== 0) return undefined;
  const found: Record<string, string[]> = {};
  for (const { op, urn, oldState, newState } of plan.parse(JSON.parse(stdout)).steps) {
    if (op === "same" || op === "read" || isComponent(urn)) continue;
    const parent = (newState ?? oldState)?.parent ?? urn;
    (found[nameIn(parent)] ??= []).push(`${op} ${nameIn(urn)}`);
  }
  return found;
}

/** Components hold facts about what is planned; nothing is done for them. */
function isComponent(urn: string): boolean {
  return /::(?:.*\$)?(?:pulumi:pulumi:Stack|berth:[^:]+:[^:$]+)::[^:]+$/.test(urn);
}

function nameIn(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}
