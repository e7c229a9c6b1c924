/** A record as a zone held it before this stack had its name. */
export interface FormerRecord {
  /** Cloudflare's id of it then. */
  readonly id: string;
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

/** A record to be in this stack as the zone held it. */
export interface FoundRecord {
  readonly record: FormerRecord;
  /** As `import` names it; absent where the state has it, or where it is made anew. */
  readonly importId?: string;
}

/**
 * What a run does with the records that a name had before:
 * - `in place`: the one record is imported and led to the project at once,
 * - `as found`: they are in this stack as they were, since what must go first cannot go in this run,
 * - `given back`: they are as they were again, and stay when the project goes.
 *
 * The first record stands where the name's own record is to stand.
 */
export type TakingOver =
  | { readonly kind: "in place"; readonly importId: string }
  | { readonly kind: "as found" | "given back"; readonly records: readonly FoundRecord[] };

/**
 * A name that a zone held records of before this stack had it. What they held stays in the state
 * (and in the outputs) as long as the project does: it is the only way back.
 */
export interface TakenName {
  readonly name: string;
  readonly records: readonly FormerRecord[];
  /** Absent: they were taken over, and the name leads to the project. */
  readonly now?: TakingOver;
}

/** Logical name of what remembers a name's former records. */
export function formerName(project: string, name: string): string {
  return `${project}-former-${name}`;
}

/** Logical name of a former record beside the name's own. */
export function besideName(project: string, { name, id }: FormerRecord): string {
  return `${formerName(project, name)}-${id}`;
}

/** Whether a logical name is that of a former record beside the name's own. */
export function isBeside(resource: string): boolean {
  return /-former-[^.]+\..+-[0-9a-f]{32}$/.test(resource);
}

/** Logical name of the AAAA record beside a name's A record, where the machine has IPv6. */
export function siblingName(role: "primary" | "origin"): string {
  return `${role}-ipv6`;
}

/** Whether a logical name is that of such a record. */
export function isSibling(resource: string): boolean {
  return /-(primary|origin)-ipv6$/.test(resource);
}
