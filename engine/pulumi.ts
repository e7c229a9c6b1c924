import { runProgram, type Ended, type How } from "./program";

/**
 * Runs `pulumi`, the CLI of the environment's PATH, to its end; asks nobody anything, prints no colours.
 * Never throws for how it ends; throws the system's error where it cannot be started.
 *
 * Not by `@pulumi/pulumi/automation`: that asks the CLI for its version first, throws away standard
 * output of a command that fails, and takes a second to load.
 */
export function pulumi(args: readonly string[], how: How): Promise<Ended> {
  return runProgram("pulumi", [...args, "--non-interactive", "--color", "never"], how);
}

/** Whether an error says that there is no such program. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
}

/** Has `pulumi preview --json` print the event log, policies' findings in it, and no digest. */
export const streaming = { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" } as const;

/** How a stack is previewed for a review: what is protected too, which the review says itself. */
export function previewForReview(stack: string, pack: string): readonly string[] {
  return [
    "preview",
    "--json",
    "--diff",
    "--ignore-protect",
    "--stack",
    stack,
    "--policy-pack",
    pack,
  ];
}
