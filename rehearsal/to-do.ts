import { digest } from "../engine/formats";
import { pulumi } from "../engine/pulumi";
import { nameOf, stackType, typeOf } from "../engine/urn";

/** What a deployment left undone, by the node or project it is for: `create kmc-server`. */
export type ToDo = Readonly<Record<string, readonly string[]>>;

/** A stack of the local cloud, and where its project lies. */
export interface PlannedStack {
  readonly stack: string;
  readonly project: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Asks the engine what it would do now. A state cannot tell: a machine whose last converge failed
 * looks there like one that succeeded. Undefined where the stack cannot be previewed at all.
 */
export async function whatIsToDo({ stack, project, env }: PlannedStack): Promise<ToDo | undefined> {
  const args = ["preview", "--json", "--stack", stack];
  const { code, stdout } = await pulumi(args, { cwd: project, env });
  if (code !== 0) return undefined;
  const found: Record<string, string[]> = {};
  for (const { op, urn, oldState, newState } of digest.parse(JSON.parse(stdout)).steps) {
    if (op === "same" || op === "read" || isComponent(urn)) continue;
    const parent = (newState ?? oldState)?.parent ?? urn;
    (found[nameOf(parent)] ??= []).push(`${op} ${nameOf(urn)}`);
  }
  return found;
}

/** Components hold facts about what is planned; nothing is done for them. */
function isComponent(urn: string): boolean {
  const type = typeOf(urn);
  return type === stackType || type.startsWith("berth:");
}
