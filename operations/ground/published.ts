import { execFile } from "node:child_process";

import { z } from "zod";

import { mapping } from "../../components/fleet/mapping";
import { UnreadableOutputs } from "../../components/outputs/schema";
import { stackOf, stackType } from "../../engine/urn";
import { exportedState, interruptedIn, type Interrupted } from "./interrupted";
import { reachable, type PublishedNode } from "./reachable";
import { Refusal } from "./usage";

/** A stack that was never deployed has none. */
const exported = z.object({ deployment: exportedState.nullish() });

export type { PublishedNode } from "./reachable";

/** What the engine knows of a stack that operations need. */
export interface Published {
  /** Its machines by node name. */
  readonly nodes: Readonly<Record<string, PublishedNode>>;
  /** What may exist besides, because an update was killed. */
  readonly interrupted: readonly Interrupted[];
}

/** Reads a stack's exported state. Throws `UnreadableOutputs` for what another program published. */
export function readPublished(value: unknown): Published {
  const { deployment } = exported.parse(value);
  const stack = deployment?.resources.find(({ type }) => type === stackType);
  return {
    nodes: stack ? reachable(stackOf(stack.urn), mapping(stack.outputs)) : {},
    interrupted: deployment ? interruptedIn(deployment) : [],
  };
}

function readState(stack: string, text: string): Published {
  try {
    return readPublished(JSON.parse(text));
  } catch (error) {
    if (error instanceof UnreadableOutputs) throw new Refusal(error.message, { cause: error });
    const why = error instanceof SyntaxError ? "it is no JSON" : "it has not the form of a state";
    throw new Refusal(`the state of stack ${stack} cannot be read: ${why}`, { cause: error });
  }
}

/**
 * Asks the engine for a stack's state, in the backend that the person is logged in to; secrets in it
 * stay encrypted. Undefined for a stack that does not exist there. Throws a `Refusal` with the
 * engine's words otherwise.
 */
export function publishedBy(
  directory: string,
  env: NodeJS.ProcessEnv,
): (stack: string) => Promise<Published | undefined> {
  return (stack) =>
    new Promise((resolve, reject) => {
      const argv = ["stack", "export", "--non-interactive", "--stack", stack];
      const options = { cwd: directory, env, maxBuffer: 64 * 1024 * 1024 };
      execFile("pulumi", argv, options, (error, stdout, stderr) => {
        // Read in a promise: what is thrown in a callback reaches nobody.
        if (!error) resolve(Promise.resolve(stdout).then((text) => readState(stack, text)));
        else if (/no stack named/.test(stderr)) resolve(undefined);
        else if (error.code === "ENOENT") {
          reject(
            new Refusal(
              "pulumi is not on PATH. Install it, or rehearse: npm run local -- berth <command>",
            ),
          );
        } else {
          const said = stderr.trim().split("\n").slice(-3).join("\n");
          reject(new Refusal(`the state of stack ${stack} cannot be read: ${said}`));
        }
      });
    });
}
