import { readOutputs, UnreadableOutputs, type StackOutputs } from "../../components/outputs/schema";
import { shutValues } from "../../engine/values";
import { isMissing, pulumi } from "../../engine/pulumi";
import { readExport, type StackState } from "../../engine/state";
import { interruptedIn, type Interrupted } from "./interrupted";
import { reachable, type PublishedNode } from "./reachable";
import { Refusal } from "./usage";

export type { PublishedNode } from "./reachable";

/** What the engine knows of a stack that operations need. */
export interface Published {
  /** Its machines by node name. */
  readonly nodes: Readonly<Record<string, PublishedNode>>;
  /** What may exist besides, because an update was killed. */
  readonly interrupted: readonly Interrupted[];
  /** All that it published, without what is secret; absent where nothing was ever deployed. */
  readonly outputs?: StackOutputs;
}

/** Reads a stack's state. Throws `UnreadableOutputs` for what another program published. */
export function readPublished(state: StackState): Published {
  const { stack } = state;
  return {
    nodes: stack === undefined ? {} : reachable(stack, state.outputs),
    interrupted: interruptedIn(state),
    ...(stack === undefined ? {} : { outputs: readOutputs(stack, shutValues(state.outputs)) }),
  };
}

/**
 * Asks the engine for a stack's state, in the backend that the person is logged in to; secrets in it
 * stay encrypted. Undefined for a stack that does not exist there. Throws a `Refusal` with the
 * engine's words otherwise.
 */
export function publishedBy(
  directory: string,
  env: NodeJS.ProcessEnv,
): (stack: string, signal?: AbortSignal) => Promise<Published | undefined> {
  return async (stack, signal) => {
    const cannot = (why: string, options?: ErrorOptions) =>
      new Refusal(`the state of stack ${stack} cannot be read: ${why}`, options);
    const args = ["stack", "export", "--stack", stack];
    const { code, stdout, stderr } = await pulumi(args, {
      ...{ cwd: directory, env },
      ...(signal && { signal, by: "SIGKILL" as const }),
    }).catch(noEngine);
    if (/no stack named/.test(stderr)) return undefined;
    if (code !== 0) throw cannot(stderr.trim().split("\n").slice(-3).join("\n"));
    try {
      return readPublished(readExport(stdout));
    } catch (error) {
      if (error instanceof UnreadableOutputs) throw new Refusal(error.message, { cause: error });
      const isNoJson = error instanceof SyntaxError;
      throw cannot(isNoJson ? "it is no JSON" : "it has not the form of a state", { cause: error });
    }
  };
}

function noEngine(error: unknown): never {
  if (!isMissing(error)) throw error;
  throw new Refusal(
    "pulumi is not on PATH. Install it, or rehearse: npm run local -- berth <command>",
  );
}
