import * as fs from "node:fs";
import * as path from "node:path";

import { isMissing, previewForReview, pulumi, streaming } from "../../../engine/pulumi";
import { Refusal } from "../../ground/usage";
import type { Made } from "./made";

/**
 * Previews against the real state, with the person's own credentials: reads, takes no lock, changes
 * nothing. Protected resources are previewed as if they were not, because a refusal of the engine
 * would hide the rest of the plan; the review says itself what is protected.
 */
export async function reviewReal(
  directory: string,
  stacks: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Made> {
  const texts = [];
  for (const stack of stacks.length > 0 ? stacks : stacksOf(directory)) {
    texts.push({ source: `preview of ${stack}`, text: await preview(directory, stack, env) });
  }
  return {
    texts,
    frame: {
      made: "the working directory over what is deployed, read with credentials",
      notes: [],
    },
    beyond: false,
    failures: [],
  };
}

/** Stacks that have a file, sorted. */
export function stacksOf(directory: string): readonly string[] {
  return fs
    .readdirSync(directory)
    .flatMap((file) => /^Pulumi\.([A-Za-z0-9_-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

async function preview(cwd: string, stack: string, env: NodeJS.ProcessEnv): Promise<string> {
  const args = previewForReview(stack, path.join("policies", "pack"));
  const how = { cwd, env: { ...env, ...streaming }, stderr: "show" } as const;
  const { stdout } = await pulumi(args, how).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    throw new Refusal("pulumi is not on PATH. Install it, or review without --real");
  });
  return stdout;
}
