/**
 * What the scripts that run on machines say, read back. Each line is `kind: subject: detail`; the
 * last line of a converge counts them.
 */

const kinds = ["changed", "drift", "note", "failed", "refused"] as const;

/** What a line is about: `changed` was repaired, `drift` would be. */
export type FindingKind = (typeof kinds)[number];

/** One thing that a script found. */
export interface Finding {
  readonly kind: FindingKind;
  /** A file, an account, packages … */
  readonly subject: string;
  readonly detail: string;
}

/** What one run of a script said. */
export interface Report {
  readonly findings: readonly Finding[];
  /** Whether the script came to its end: its last line was there. */
  readonly complete: boolean;
}

/** Reads a converge's output. Lines of another form (a tool's own words) are passed over. */
export function readReport(text: string): Report {
  const lines = text.split("\n");
  return {
    findings: lines.flatMap((line) => readFinding(line) ?? []),
    complete: lines.some((line) =>
      /^berth: \d+ (changed|differ), \d+ failed, \d+ notes$/.test(line),
    ),
  };
}

function readFinding(line: string): Finding | undefined {
  const [word = "", subject, ...detail] = line.split(": ");
  const kind = kinds.find((each) => each === word);
  if (kind === undefined || subject === undefined) return undefined;
  return { kind, subject, detail: detail.join(": ") };
}

/** Values of one name that are kept. */
const valueLimit = 2_000;

/** Reads lines of `name: value`; several lines of one name are several values. */
export function readFacts(text: string): ReadonlyMap<string, readonly string[]> {
  const facts = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const at = line.indexOf(": ");
    if (at <= 0) continue;
    const name = line.slice(0, at);
    const values = facts.get(name) ?? [];
    // A machine may say as much as it likes; what is beyond this is read by nobody.
    if (values.length < valueLimit) values.push(line.slice(at + 2));
    facts.set(name, values);
  }
  return facts;
}

/** The last value of a name, which is JSON; undefined where there is none, or it is of another form. */
export function readJsonFact(text: string, name: string): unknown {
  try {
    return JSON.parse(readFacts(text).get(name)?.at(-1) ?? "");
  } catch {
    return undefined;
  }
}
