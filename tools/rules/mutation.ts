/** One edit of the program that breaks a rule, and the test that fails then. */
export interface Mutation {
  readonly rule: number;
  /** The file that is edited, from the repository's root. */
  readonly file: string;
  /** What stands there exactly once … */
  readonly from: string;
  /** … and what the rule does not survive in its place. */
  readonly to: string;
  /** The test file that notices. */
  readonly test: string;
  /** The test's own name, or the part of it that tells it apart in its file. */
  readonly named: string;
}

/** Why an edit cannot be made in a text; undefined where it can. */
export function misfit({ from, to, file }: Mutation, text: string): string | undefined {
  const found = text.split(from).length - 1;
  if (from === to) return `${file}: nothing is changed`;
  return found === 1 ? undefined : `${file}: «${from}» stands there ${found} times, not once`;
}
