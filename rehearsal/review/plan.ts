import { z } from "zod";

/** What to compare; handed over as a file, because the comparison runs in a process of its own. */
export const comparison = z.strictObject({
  /** A project directory as it was; deployed to the local cloud. */
  base: z.string(),
  /** The same as it shall be; previewed over it. */
  head: z.string(),
  /** Stacks to preview; undefined: every stack file of the head. */
  stacks: z.array(z.string()).optional(),
  /** Policy pack, an executable. */
  pack: z.string(),
  /** False: only the environment is cleaned. */
  sandbox: z.boolean(),
});
export type Comparison = z.infer<typeof comparison>;

/**
 * What one visit behind the walls is for: the base is deployed, then, in another, the head is
 * previewed, with the base out of its reach.
 */
export const task = z.discriminatedUnion("phase", [
  z.strictObject({
    phase: z.literal("base"),
    base: z.string(),
    head: z.string(),
    stacks: z.array(z.string()).optional(),
  }),
  z.strictObject({
    phase: z.literal("head"),
    head: z.string(),
    /** Stacks to preview. */
    stacks: z.array(z.string()),
    pack: z.string(),
  }),
  z.strictObject({ phase: z.literal("end") }),
]);
export type Task = z.infer<typeof task>;

/** What came of deploying the base. */
export const deployed = z.object({
  /** Stacks of the base and of the head, by their files. */
  before: z.array(z.string()),
  after: z.array(z.string()),
  /** Stacks of the base that could not be deployed, with the end of what was said. */
  failures: z.record(z.string(), z.string()),
});
export type Deployed = z.infer<typeof deployed>;

/** What came of it all. */
export const compared = z.object({
  /** How far the pull request's code was shut in, in words. */
  sandbox: z.string(),
  /** Stacks that were previewed: each has its event log. */
  previewed: z.array(z.string()),
  baseFailures: z.record(z.string(), z.string()),
  /** Stacks whose file the head no longer has. */
  gone: z.array(z.string()),
  /** Seconds. */
  seconds: z.object({ base: z.number(), previews: z.number() }),
});
export type Compared = z.infer<typeof compared>;

/** Files in the scratch directory, out of reach of what runs behind the walls. */
export const files = { plan: "plan.json", outcome: "outcome.json" } as const;

/** The directory in the scratch directory that what runs behind the walls may write to. */
export const work = "work";

/** Files in it: what the visit is for, what came of it, and each preview's event log. */
export const workFiles = {
  task: "task.json",
  deployed: "deployed.json",
  log: (stack: string) => `preview-${stack}.jsonl`,
} as const;
