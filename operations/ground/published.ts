import { execFile } from "node:child_process";

import { z } from "zod";

import { exportedState, interruptedIn, type Interrupted } from "./interrupted";
import { Refusal } from "./usage";

const node = z.object({
  address: z.ipv4(),
  /** The machine's permanent host key. */
  hostKey: z.string().regex(/^\S+ \S+/),
  projects: z.array(z.string()).default([]),
});

/** One that was made and entered, and is not as declared: nothing leads visitors there. */
const unfinished = z
  .object({ unfinished: node.omit({ projects: true }), projects: node.shape.projects })
  .transform(({ unfinished, projects }) => ({ ...unfinished, projects }));

const outputs = z.object({ nodes: z.record(z.string(), z.unknown()).default({}) });

/** A stack that was never deployed has none. */
const exported = z.object({ deployment: exportedState.nullish() });

/** A machine as its stack published it. */
export type PublishedNode = z.infer<typeof node>;

/** What the engine knows of a stack that operations need. */
export interface Published {
  /** Its machines by node name. */
  readonly nodes: Readonly<Record<string, PublishedNode>>;
  /** What may exist besides, because an update was killed. */
  readonly interrupted: readonly Interrupted[];
}

/**
 * Reads a stack's exported state. A machine without address or host key is not there yet: where one
 * failed, the engine puts out a word of its own in their place. One that was entered and whose
 * converge failed counts: it can be reached, and people may have accounts there.
 */
export function readPublished(value: unknown): Published {
  const { deployment } = exported.parse(value);
  const stack = deployment?.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  const { nodes } = outputs.parse(stack?.outputs ?? {});
  return {
    nodes: Object.fromEntries(
      Object.entries(nodes).flatMap(([name, entry]) => {
        const reading = z.union([node, unfinished]).safeParse(entry);
        return reading.success ? [[name, reading.data]] : [];
      }),
    ),
    interrupted: deployment ? interruptedIn(deployment) : [],
  };
}

function readState(stack: string, text: string): Published {
  try {
    return readPublished(JSON.parse(text));
  } catch (error) {
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
