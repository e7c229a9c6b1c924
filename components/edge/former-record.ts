/** A record as a zone held it before this stack had its name. */
export interface FormerRecord {
  /** In lower case, without a dot at the end. */
  readonly name: string;
  /** In upper case. */
  readonly type: string;
  readonly content: string;
  readonly proxied: boolean;
  /** Seconds; 1 is Cloudflare's "automatic". */
  readonly ttl: number;
  readonly comment?: string;
}

/**
 * A name that a zone held records of before this stack had it. What they held stays in the state
 * (and in the outputs) as long as the project does: it is the only way back.
 */
export interface TakenName {
  readonly name: string;
  readonly records: readonly FormerRecord[];
  /** The record that this run takes over, as `import` names it; absent once the state has it. */
  readonly importId?: string;
}

/** Logical name of what remembers a name's former records. */
export function formerName(project: string, name: string): string {
  return `${project}-former-${name}`;
}
