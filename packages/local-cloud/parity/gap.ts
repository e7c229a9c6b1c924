import type { Aspect, Finding } from "./finding";

/**
 * A difference that is accepted. It names both answers as the report shows them, so another
 * answer at the same place is still a difference; one that nothing needs any more is a failure.
 */
export interface Gap {
  readonly type: string;
  readonly field: string;
  readonly aspect: Aspect;
  readonly recorded: string | RegExp;
  /** A pattern only where the answer follows the inputs, as a price follows the size. */
  readonly emulated: string | RegExp;
  /** Why the emulator answers otherwise, and what follows for the program. */
  readonly reason: string;
  /** Only calls of this recording, where another one settles the matter the other way. */
  readonly file?: string;
}

/** A recorded type that is not emulated, because nothing here uses it. */
export interface LeftOut {
  readonly type: string;
  readonly reason: string;
}

/** The gap that accepts a difference; undefined when none does. */
export function gapFor(finding: Finding, gaps: readonly Gap[]): Gap | undefined {
  return gaps.find(
    (gap) =>
      gap.type === finding.type &&
      gap.field === finding.field &&
      gap.aspect === finding.aspect &&
      fits(gap.recorded, finding.recorded) &&
      fits(gap.emulated, finding.emulated) &&
      (gap.file === undefined || finding.at.startsWith(`${gap.file}:`)),
  );
}

function fits(expected: string | RegExp, text: string): boolean {
  return typeof expected === "string" ? expected === text : expected.test(text);
}
