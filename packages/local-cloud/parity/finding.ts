import type { Call } from "./recording";

/** What was compared. */
export const aspects = [
  "schema",
  "check",
  "refusal",
  "diff",
  "preview",
  "output",
  "read inputs",
  "secret",
  "error",
  "config",
  "invoke",
] as const;
export type Aspect = (typeof aspects)[number];

/** One comparison of one field in one call. */
export interface Finding {
  readonly provider: string;
  readonly type: string;
  /** Property name, or `(resource)` for what concerns the call as a whole. */
  readonly field: string;
  readonly aspect: Aspect;
  /** What the real provider answered, normalised. */
  readonly recorded: string;
  /** What the emulator answered, normalised. */
  readonly emulated: string;
  readonly at: string;
  readonly scenario: string;
  /** The cloud failed on request, to show a text it never gives by itself. */
  readonly onRequest?: boolean;
}

/** Makes findings about one call. */
export type Found = (field: string, aspect: Aspect, recorded: string, emulated: string) => void;

/** Collects findings about one call. */
export function findingsOf(call: Call, compare: (found: Found) => void): Finding[] {
  const { provider, type, at, scenario } = call;
  const findings: Finding[] = [];
  compare((field, aspect, recorded, emulated) =>
    findings.push({ provider, type, field, aspect, recorded, emulated, at, scenario }),
  );
  return findings;
}

/** True when both answers are the same. */
export function agrees(finding: Finding): boolean {
  return finding.recorded === finding.emulated;
}
