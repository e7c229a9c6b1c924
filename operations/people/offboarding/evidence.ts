import { printableLine } from "../../ground/printable";
import type { Session } from "../../ground/ssh";
import { readTraces, type Traces } from "../../ground/traces";
import { readFacts } from "../../ground/report";

/** What is left of a person on one machine, and what else opens it. */
export interface Remains extends Traces {
  /** Whether Berth made the account, now or once. */
  readonly known: boolean;
  /** The account's number, when there is one. */
  readonly account?: string;
  /** The person's keys, type and key. */
  readonly keys: readonly string[];
  /** Accounts that Berth made on this machine. */
  readonly accounts: readonly string[];
}

/** Keys that one machine may name: each is looked for on all others. */
const keyLimit = 100;

/** Accounts of Berth's that one machine may name. */
const nameLimit = 200;

/** Reads what `departedScript` said. Undefined when it did not come to its end, or makes no sense. */
export function readRemains(text: string): Remains | undefined {
  const facts = readFacts(text);
  const traces = readTraces(text);
  const account = facts.get("account")?.at(-1);
  if (!traces || account === undefined || !/^(none|\d{1,10})$/.test(account)) return undefined;
  return {
    ...traces,
    known: facts.get("known")?.at(-1) === "yes",
    ...(account === "none" ? {} : { account }),
    keys: (facts.get("key") ?? []).filter(isKey).slice(0, keyLimit),
    accounts: (facts.get("former") ?? [])
      .filter((name) => /^[a-z_][a-z0-9_-]{0,31}$/.test(name))
      .slice(0, nameLimit),
  };
}

/** Type and key, whole: what a machine says goes into the script of all others. */
function isKey(line: string): boolean {
  return /^[a-z0-9@.-]{1,64} AAAA[A-Za-z0-9+/]{16,4000}={0,2}$/.test(line);
}

/**
 * What is known of one machine. Who had root may have left what nobody looks for: none of these words
 * means that a machine is clean.
 * - `closed`: there was an account; it is closed, and nothing else was found,
 * - `absent`: there is no account of this name, and nothing else was found,
 * - `look`: the account is closed or absent; a person must look at what was found,
 * - `open`: something lets somebody in who is not declared,
 * - `unproven`: the machine was not reached, or did not tell all.
 */
export const verdicts = ["closed", "absent", "look", "open", "unproven"] as const;
export type MachineVerdict = (typeof verdicts)[number];

/** The evidence for one machine. */
export interface Evidence {
  readonly node: string;
  readonly address: string;
  readonly verdict: MachineVerdict;
  /** Why: what was seen. */
  readonly seen: readonly string[];
  /** What no package, no image and no declaration explains, since `since`. */
  readonly found: readonly string[];
  /** What could not be looked at on this machine. */
  readonly blind: readonly string[];
  /** What the converge that closed the account put right besides. */
  readonly repaired: readonly string[];
  /** ISO 8601: from when on things were looked at. */
  readonly since?: string;
}

/** What a converge did on the way. */
export interface Closing {
  /** What it put right, one sentence each. */
  readonly repaired: readonly string[];
  /** What it could not do. */
  readonly trouble: readonly string[];
}

/**
 * Judges one machine. `told`: what it told at the end, or why it told nothing; `attempt`: how a login
 * as the person from outside ended, which must be a refusal; `closing`: what its converge did.
 */
export function judge(
  place: { readonly node: string; readonly address: string },
  told: Remains | string,
  attempt: Session | undefined,
  closing: Closing = { repaired: [], trouble: [] },
): Evidence {
  const { repaired, trouble } = closing;
  const nothing = { found: [], blind: [], repaired };
  if (typeof told === "string") {
    return { ...place, verdict: "unproven", seen: [told, ...trouble], ...nothing };
  }
  const { found, blind, since } = told;
  const outside = attemptSeen(attempt);
  const rest = { found, blind, repaired, ...(since === undefined ? {} : { since }) };
  if (told.open.length > 0 || outside.open) {
    const isOurs = told.known || told.account === undefined;
    const others = told.open.some((line) => / is not (declared|closed)\b/.test(line));
    const byHand = isOurs ? (others ? [closeByHand] : []) : [notOurs];
    const seen = [...told.open, ...(outside.open ? [outside.seen] : []), ...byHand, ...trouble];
    return { ...place, verdict: "open", seen, ...rest };
  }
  if (!outside.proven) {
    return { ...place, verdict: "unproven", seen: [outside.seen, ...trouble], ...rest };
  }
  const inside = told.account === undefined ? noAccount : closedAccount;
  const verdict = found.length > 0 ? "look" : told.account === undefined ? "absent" : "closed";
  return { ...place, verdict, seen: [outside.seen, inside, ...trouble], ...rest };
}

const noAccount = "no account; no key of theirs in a list that sshd reads";

const closedAccount =
  "account locked, expired and without shell; no keys, groups, sudo rights, crontab or processes";

const closeByHand =
  "close by hand what is not declared: " +
  "sudo usermod --expiredate 1 --lock --shell /usr/sbin/nologin <account>";

const notOurs = `Berth did not make this account and leaves it; ${closeByHand}`;

function attemptSeen(attempt: Session | undefined): {
  readonly open: boolean;
  readonly proven: boolean;
  readonly seen: string;
} {
  if (attempt?.kind === "ended") {
    return { open: true, proven: true, seen: "a login with a deployer's key was let in" };
  }
  if (attempt?.fault === "login") return { open: false, proven: true, seen: "login refused" };
  const why = printableLine(attempt?.detail ?? "it was not tried");
  return { open: false, proven: false, seen: `the refusal of a login is not proven: ${why}` };
}
