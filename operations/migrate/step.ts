import type { Way } from "./journal";
import type { Move } from "./move";

/** The steps of a move, in their order. */
export const stepNames = [
  "declare",
  "admit",
  "deliver",
  "follow",
  "files",
  "checks",
  "backup",
  "ready",
  "freeze",
  "load",
  "seal",
  "promote",
  "return",
  "forward",
  "names",
  "purge",
  "fence",
  "down",
  "end",
] as const;
export type StepName = (typeof stepNames)[number];

/** One step. All of it may be done again: a machine that has done it answers what it answered. */
export interface Step {
  readonly name: StepName;
  /** What it does, for the plan. */
  readonly does: string;
  /** The one way of moving that has it; absent: both. */
  readonly only?: Way;
  /** Visitors wait while it is at work. */
  readonly interrupts?: boolean;
  /** It is done anew by each command, until the new machine serves. */
  readonly byEach?: boolean;
  /**
   * It can be done later, since what counts is with the new machine: where the old one does not answer (`away`), or
   * whatever went wrong (`failed`), as visitors wait.
   */
  readonly canBeOwed?: "away" | "failed";
  /** What must hold before it. Throws a `Refusal` before anything is touched. */
  readonly precondition?: (move: Move) => Promise<void>;
  /** Does it, and answers the evidence that the journal keeps: nothing secret. */
  readonly act: (move: Move) => Promise<unknown>;
  /** Whether it was done. Answers what is proven by now, a sentence each; throws a `Refusal` where it was not. */
  readonly check: (move: Move, evidence: unknown) => Promise<readonly string[]>;
  /** Undoes it where that is more than what thawing undoes. */
  readonly undo?: (move: Move) => Promise<void>;
}
