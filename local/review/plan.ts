import { z } from "zod";

/** What to compare; handed over as a file, because the comparison runs in a process of its own. */
export const comparison = z.strictObject({
  /** A project directory as it was; deployed to the local cloud. */
  base: z.string(),
  /** The same as it shall be; previewed over it. */
  head: z.string(),
  /** Scratch directory: the cloud lives here, and so do the logs. */
  scratch: z.string(),
  /** Stacks to preview; undefined: every stack file of the head. */
  stacks: z.array(z.string()).optional(),
  /** Policy pack, an executable. */
  pack: z.string(),
  /** False: only the environment is cleaned. */
  sandbox: z.boolean(),
});
export type Comparison = z.infer<typeof comparison>;

/** What came of it. */
export const outcome = z.object({
  /** How far the pull request's code was shut in, in words. */
  sandbox: z.string(),
  /** Event log of each stack's preview, by stack. */
  logs: z.record(z.string(), z.string()),
  /** Stacks of the base that could not be deployed, with the end of what was said. */
  baseFailures: z.record(z.string(), z.string()),
  /** Stacks whose file the head no longer has. */
  gone: z.array(z.string()),
  /** Seconds. */
  seconds: z.object({ base: z.number(), previews: z.number() }),
});
export type Outcome = z.infer<typeof outcome>;

/** Files in the scratch directory. */
export const files = { plan: "plan.json", outcome: "outcome.json" } as const;
