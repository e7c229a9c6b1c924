/** One thing wrong with the configuration, in the user's terms. */
export interface Problem {
  /** Where: `Pulumi.prod.yaml: berth:projects.kmc.domain`. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** The value received, already safe to print; absent for secrets and missing values. */
  readonly received?: string;
  /** What is allowed. */
  readonly allowed?: string;
  /** What to do. */
  readonly fix: string;
}

/** The file that gives a stack its value of a key, such as `projects`. */
export type FileOf = (key: string) => string;

/** The same problems, those of the stack at hand with the file that their place is in. */
export function inFiles(problems: readonly Problem[], fileOf: FileOf | undefined): Problem[] {
  return problems.map((problem) => {
    const key = /^berth:([\w-]+)/.exec(problem.path)?.[1];
    if (key === undefined || fileOf === undefined) return problem;
    return { ...problem, path: `${fileOf(key)}: ${problem.path}` };
  });
}

/**
 * Every problem of a configuration at once; raised before anything is touched. `subject` begins the
 * sentence that counts them.
 */
export class ConfigError extends Error {
  /** The engine prints errors with this mark (`RunError`) as they are, without a stack trace. */
  readonly __pulumiRunError = true;

  constructor(
    readonly problems: readonly Problem[],
    subject = "The configuration has",
  ) {
    super(render(problems, subject));
    this.name = "ConfigError";
  }
}

function render(problems: readonly Problem[], subject: string): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [`${subject} ${count}; nothing was changed.`, ...problems.map(line)].join("\n");
}

function line(problem: Problem): string {
  const received = problem.received === undefined ? "" : ` Received: ${problem.received}.`;
  const allowed = problem.allowed === undefined ? "" : ` Allowed: ${problem.allowed}.`;
  return `  - ${problem.path}: ${problem.message}.${received}${allowed} Fix: ${problem.fix}.`;
}
