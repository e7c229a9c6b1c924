import { execFile } from "node:child_process";

import { z } from "zod";

import { Refusal } from "./usage";

const node = z.object({
  address: z.ipv4(),
  /** The machine's permanent host key. */
  hostKey: z.string().regex(/^\S+ \S+/),
  projects: z.array(z.string()).default([]),
});

const outputs = z.object({ nodes: z.record(z.string(), z.unknown()).default({}) });

/** A machine as its stack published it. */
export type PublishedNode = z.infer<typeof node>;

/** What a stack published that operations need: its machines by node name. */
export interface Published {
  readonly nodes: Readonly<Record<string, PublishedNode>>;
}

/**
 * Reads the outputs of a stack. A machine without address or host key is not there yet: where one
 * failed, the engine puts out a word of its own in their place.
 */
export function readPublished(value: unknown): Published {
  const { nodes } = outputs.parse(value);
  return {
    nodes: Object.fromEntries(
      Object.entries(nodes).flatMap(([name, entry]) => {
        const reading = node.safeParse(entry);
        return reading.success ? [[name, reading.data]] : [];
      }),
    ),
  };
}

/**
 * Asks the engine for a stack's outputs, in the backend that the person is logged in to. Undefined
 * for a stack that does not exist there. Throws a `Refusal` with the engine's words otherwise.
 */
export function publishedBy(
  directory: string,
  env: NodeJS.ProcessEnv,
): (stack: string) => Promise<Published | undefined> {
  return (stack) =>
    new Promise((resolve, reject) => {
      const argv = ["stack", "output", "--json", "--non-interactive", "--stack", stack];
      const options = { cwd: directory, env, maxBuffer: 64 * 1024 * 1024 };
      execFile("pulumi", argv, options, (error, stdout, stderr) => {
        if (!error) resolve(readPublished(JSON.parse(stdout)));
        else if (/no stack named/.test(stderr)) resolve(undefined);
        else if (error.code === "ENOENT") {
          reject(
            new Refusal(
              "pulumi is not on PATH. Install it, or rehearse: npm run local -- berth <command>",
            ),
          );
        } else {
          const said = stderr.trim().split("\n").slice(-3).join("\n");
          reject(new Refusal(`the outputs of stack ${stack} cannot be read: ${said}`));
        }
      });
    });
}
