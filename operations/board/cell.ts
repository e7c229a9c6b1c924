/**
 * What is known of one thing:
 * - `good`: it was looked at, and is as it shall be,
 * - `bad`: it needs a person,
 * - `unknown`: it was not seen, for whatever reason. Never counted as good,
 * - `none`: there is nothing to know here.
 */
export type State = "good" | "bad" | "unknown" | "none";

/** One thing that is known of a project or a machine, or not. */
export interface Cell {
  readonly state: State;
  /** A few words. */
  readonly value: string;
  /** From where it is known, in words. */
  readonly source: string;
  /** ISO 8601: the moment of which the value tells; absent where there is none. */
  readonly at?: string;
  /** Why it is bad or unknown, and what to do. */
  readonly why?: string;
}

/** Where a value is from, and of when it is. */
export interface Origin {
  readonly source: string;
  readonly at?: Date | undefined;
}

/** What was looked at and is as it shall be. */
export function good(value: string, origin: Origin): Cell {
  return cell("good", value, origin);
}

/** What needs a person. */
export function bad(value: string, origin: Origin, why?: string): Cell {
  return cell("bad", value, origin, why);
}

/** What nobody saw. */
export function unknown(origin: Origin, why: string, value = "unknown"): Cell {
  return cell("unknown", value, origin, why);
}

/** Where there is nothing to know. */
export function none(why: string, value = "none"): Cell {
  return cell("none", value, { source: "declared" }, why);
}

function cell(state: State, value: string, { source, at }: Origin, why?: string): Cell {
  return {
    ...{ state, value, source },
    ...(at === undefined ? {} : { at: at.toISOString() }),
    ...(why === undefined ? {} : { why }),
  };
}

/** `now`, `12 min`, `26 h`, `9 days`: how long before `now` a moment is. */
export function ageOf(at: string | Date, now: Date): string {
  const minutes = Math.round((now.getTime() - new Date(at).getTime()) / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  return minutes < 72 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}
