import { readFacts } from "../report";
import type { Session } from "../ssh";

/** What is left of a person on one machine. */
export interface Remains {
  /** Whether Berth made the account, now or once. */
  readonly known: boolean;
  /** The account's number, when there is one. */
  readonly account?: string;
  /** Every way in that is open, one sentence each. */
  readonly open: readonly string[];
  /** The person's keys, type and key. */
  readonly keys: readonly string[];
  /** Accounts that Berth made on this machine. */
  readonly accounts: readonly string[];
}

/** Reads what `departedScript` said. Undefined when it did not come to its end. */
export function readRemains(text: string): Remains | undefined {
  const facts = readFacts(text);
  const account = facts.get("account")?.at(-1);
  if (facts.get("end")?.at(-1) !== "yes" || account === undefined) return undefined;
  return {
    known: facts.get("known")?.at(-1) === "yes",
    ...(account === "none" ? {} : { account }),
    open: facts.get("open") ?? [],
    keys: facts.get("key") ?? [],
    accounts: facts.get("former") ?? [],
  };
}

/**
 * What is proven of one machine.
 * - `closed`: there was an account; nothing of it lets anybody in,
 * - `absent`: the person never had an account there, and no key of theirs is in another's list,
 * - `open`: something still lets them in,
 * - `unproven`: the machine was not reached, or did not tell all.
 */
export const verdicts = ["closed", "absent", "open", "unproven"] as const;
export type Verdict = (typeof verdicts)[number];

/** The evidence for one machine. */
export interface Evidence {
  readonly node: string;
  readonly address: string;
  readonly verdict: Verdict;
  /** Why: what was seen. */
  readonly seen: readonly string[];
}

/**
 * Judges one machine. `remains`: what it told at the end, or why it told nothing; `attempt`: how a
 * login as the person from outside ended, which must be a refusal; `trouble`: what its converge could
 * not do.
 */
export function judge(
  place: { readonly node: string; readonly address: string },
  told: Remains | string,
  attempt: Session | undefined,
  trouble: readonly string[],
): Evidence {
  if (typeof told === "string") return { ...place, verdict: "unproven", seen: [told, ...trouble] };
  const outside = attemptSeen(attempt);
  if (told.open.length > 0 || outside.open) {
    const byHand = told.known || told.account === undefined ? [] : [notOurs];
    return {
      ...place,
      verdict: "open",
      seen: [...told.open, ...(outside.open ? [outside.seen] : []), ...byHand, ...trouble],
    };
  }
  if (!outside.proven) return { ...place, verdict: "unproven", seen: [outside.seen, ...trouble] };
  const inside =
    told.account === undefined
      ? "no account; no key of theirs in another's list"
      : "account locked, expired and without shell; no keys, groups, sudo rights, crontab or processes";
  const verdict = told.account === undefined ? "absent" : "closed";
  return { ...place, verdict, seen: [outside.seen, inside, ...trouble] };
}

const notOurs =
  "Berth did not make this account and leaves it; close it by hand: " +
  "sudo usermod --expiredate 1 --lock --shell /usr/sbin/nologin <account>";

function attemptSeen(attempt: Session | undefined): {
  readonly open: boolean;
  readonly proven: boolean;
  readonly seen: string;
} {
  if (attempt?.kind === "ended") {
    return { open: true, proven: true, seen: "a login with a deployer's key was let in" };
  }
  if (attempt?.fault === "login") return { open: false, proven: true, seen: "login refused" };
  const why = attempt?.detail ?? "it was not tried";
  return { open: false, proven: false, seen: `the refusal of a login is not proven: ${why}` };
}
