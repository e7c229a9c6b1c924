import { nearest } from "../../components/fleet/nearest";

/** A command line that cannot be understood; shown with the command's usage, exit status 64. */
export class UsageError extends Error {}

/** Something that stops a command before it did anything: shown as it is, exit status 1. */
export class Refusal extends Error {}

/** Exit statuses of every `berth` command. */
export const exits = {
  done: 0,
  /** A machine failed or was not reached, something needs a person, or the command was refused. */
  failed: 1,
  /** A check found differences, and nothing worse. */
  drift: 2,
  usage: 64,
} as const;

/** What a command takes, beside words. */
export interface Options {
  /** Options without a value, e.g. `check`. */
  readonly flags?: readonly string[];
  /** Options with a value, e.g. `stack`. */
  readonly values?: readonly string[];
  /** This word (counted from 0) and everything after it is passed through unread. */
  readonly passFrom?: number;
}

/** A command line that was read. */
export interface CommandLine {
  readonly flags: ReadonlySet<string>;
  readonly values: Readonly<Record<string, string>>;
  readonly words: readonly string[];
}

/** Reads a command line. Throws a `UsageError` naming an option that is unknown, lacks its value or is given twice. */
export function readCommandLine(argv: readonly string[], options: Options): CommandLine {
  const { flags: knownFlags = [], values: knownValues = [], passFrom = Infinity } = options;
  const flags = new Set<string>();
  const values: Record<string, string> = {};
  const words: string[] = [];
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const pass = words.length >= passFrom && !word.startsWith("-");
    if (pass || word === "--") {
      words.push(...(pass ? [word] : []), ...rest);
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      words.push(word);
      continue;
    }
    const [name = "", given] = splitOnce(word.replace(/^-+/, ""));
    if (knownFlags.includes(name) && given === undefined) flags.add(name);
    else if (knownValues.includes(name)) {
      const value = given ?? rest.shift();
      if (value === undefined || value === "") throw new UsageError(`--${name} needs a value`);
      // Of two the one would count without a word of the other: two environments, two dates.
      if (Object.hasOwn(values, name)) {
        throw new UsageError(`--${name} ${value}: ${values[name]} is said already; say it once`);
      }
      values[name] = value;
    } else throw new UsageError(unknownOption(word, [...knownFlags, ...knownValues]));
  }
  return { flags, values, words };
}

/** `no <what> is called <word>; did you mean …? There are: …` */
export function unknown(what: string, word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  const all = known.length === 0 ? " There are none." : ` There are: ${known.join(", ")}.`;
  return `no ${what} is called ${JSON.stringify(word)}.${hint}${all}`;
}

function unknownOption(word: string, known: readonly string[]): string {
  const bare = word.replace(/^-+/, "").split("=")[0] ?? "";
  const near = nearest(bare, known);
  const allowed = known.map((name) => `--${name}`).join(", ") || "none";
  return `unknown option ${word}; ${near ? `did you mean --${near}? ` : ""}allowed: ${allowed}`;
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
