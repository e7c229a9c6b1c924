import { z } from "zod";

import { moveProgram, proxyProgram, siteProgram } from "../../components/machine/programs";
import { quote } from "../../components/machine/quote";
import { machineName, type Machine } from "../fleet/fleet";
import type { Conversation } from "../ground/conversation";
import { Lasting } from "../ground/lasting";
import { printableLine } from "../ground/printable";
import type { Keys } from "../ground/ssh";
import type { Visit } from "../ground/ssh-options";
import { Refusal } from "../ground/usage";

/** A machine did not answer: what it was asked may have been done. */
export class Away extends Refusal {}

/** A machine refused what it was asked, before it touched anything. */
export class Declined extends Refusal {
  constructor(
    message: string,
    /** What it said on its last line, where that was JSON. */
    readonly answer?: unknown,
  ) {
    super(message);
  }
}

/** A machine failed at what it was asked. */
export class Faulty extends Refusal {}

/** A program of a machine's that a move uses. */
export type Program = "move" | "site" | "proxy";

/** One side of a move, as the command speaks to it. */
export interface Side {
  /** `stack/node`, for people. */
  readonly name: string;
  readonly address: string;
  readonly hostKey: string;
  /**
   * Has a program do something, and answers the last line it says, which is JSON; undefined where it is none. Throws
   * `Away`, `Declined`, `Faulty`.
   */
  readonly call: (program: Program, words: readonly string[], input?: string) => Promise<unknown>;
  /** From now on its verbs are asked of one program that runs, where it has one for that: visitors are about to wait. */
  readonly attend: () => Promise<void>;
}

/** Asks a side and reads its answer. Throws as `call` does, and `Faulty` for an answer of another form. */
export async function ask<Schema extends z.ZodType>(
  side: Side,
  words: readonly string[],
  schema: Schema,
  input?: unknown,
): Promise<z.output<Schema>> {
  const said = await side.call(
    "move",
    words,
    input === undefined ? undefined : JSON.stringify(input),
  );
  const reading = schema.safeParse(said);
  if (reading.success) return reading.data;
  const [issue] = reading.error.issues;
  const where = issue?.path.map(String).join(".") || "no answer at all";
  throw new Faulty(
    `${side.name}: berth-move ${words.join(" ")} answered in a form that this version cannot read (${where}); bring the machine to it: npm run berth -- converge ${side.name}`,
  );
}

const programs: Readonly<Record<Program, string>> = {
  move: moveProgram,
  site: siteProgram,
  proxy: proxyProgram,
};

/** Milliseconds that a verb may take: a base copy or a first pass over files is hours of a slow line. */
const longest = 24 * 3_600_000;
/** Verbs that answer at once: nobody waits longer while visitors do. */
const quick: Readonly<Record<string, number>> = {
  status: 30_000,
  journal: 30_000,
  lock: 30_000,
  unlock: 30_000,
  lag: 30_000,
  hold: 120_000,
  freeze: 120_000,
  seal: 180_000,
  promote: 300_000,
  renounce: 60_000,
};

/** How a verb ended; `away`: nobody knows. */
type Done =
  | {
      readonly kind: "ended";
      readonly code: number;
      readonly answer: unknown;
      readonly why: string;
    }
  | { readonly kind: "away"; readonly detail: string };

/** Milliseconds in which it has to answer for the first time. */
const openMs = 30_000;

/** What the program that runs answers. */
const spoken = z.object({
  code: z.int(),
  answer: z.unknown(),
  why: z.string().max(100_000).default(""),
});

/** A machine over SSH, by one connection that lasts. */
export class OverSsh implements Side {
  readonly name: string;
  readonly address: string;
  readonly hostKey: string;
  private connection: Promise<Lasting> | undefined;
  private conversation: Conversation | undefined;

  /** `way`: asked for when the machine is, since whoever has no key for it may not need it. */
  constructor(
    machine: Machine,
    private readonly way: () => Promise<{ readonly to: Visit; readonly keys: Keys }>,
    private readonly say: (text: string) => void,
  ) {
    this.name = machineName(machine);
    this.address = machine.address;
    this.hostKey = machine.hostKey;
  }

  async call(program: Program, words: readonly string[], input?: string): Promise<unknown> {
    const timeoutMs = (program === "move" ? quick[words[0] ?? ""] : undefined) ?? longest;
    const verb = `berth-${program} ${words.join(" ")}`;
    const talks =
      (program === "move" || (program === "proxy" && input === undefined)) &&
      this.conversation?.isOver === false;
    const done = talks
      ? await this.asked(program, words, input, timeoutMs)
      : await this.ran(program, words, input, timeoutMs);
    if (done.kind === "away") throw new Away(`${this.name}: ${verb}: ${done.detail}`);
    const { code, answer } = done;
    const why = printableLine(done.why, 1_000);
    if (code === 0) return answer;
    if (/command not found|No such file or directory/.test(why) && code !== 65) {
      throw new Faulty(
        `${this.name} has no berth-${program}: bring it to this version: npm run berth -- converge ${this.name}`,
      );
    }
    if (code === 64) {
      throw new Faulty(
        `${this.name}: its berth-${program} does not know ${words[0]}: bring it to this version: npm run berth -- converge ${this.name}`,
      );
    }
    const text = `${this.name}: ${why || `${verb} ended with ${code}`}`;
    throw code === 65 ? new Declined(text, answer) : new Faulty(text);
  }

  async attend(): Promise<void> {
    if (this.conversation?.isOver === false) return;
    const connection = await this.connected();
    const begun = await connection.talk(commandOf("move", ["session"]), this.told);
    // A version that has none says so by its end.
    const asked = await begun.ask({ program: "move", words: [] }, openMs);
    this.conversation = asked === undefined ? undefined : begun;
  }

  /** By a program of its own, which is one session of SSH. */
  private async ran(
    program: Program,
    words: readonly string[],
    input: string | undefined,
    timeoutMs: number,
  ): Promise<Done> {
    const connection = await this.connected();
    const done = await connection.run(commandOf(program, words), {
      ...{ timeoutMs, told: this.told },
      ...(input === undefined ? {} : { input }),
    });
    if (done.kind === "away") return done;
    const answer = parsed(done.stdout.trim().split("\n").at(-1) ?? "");
    return { kind: "ended", code: done.code, answer, why: lastLine(done.stderr) };
  }

  /** Of the program that runs. */
  private async asked(
    program: Program,
    words: readonly string[],
    input: string | undefined,
    timeoutMs: number,
  ): Promise<Done> {
    const question = { program, words, ...(input === undefined ? {} : { input: parsed(input) }) };
    const said = spoken.safeParse(await this.conversation?.ask(question, timeoutMs));
    if (!said.success) return { kind: "away", detail: "the session was cut, or it took too long" };
    return { kind: "ended", ...said.data, why: lastLine(said.data.why) };
  }

  private connected(): Promise<Lasting> {
    this.connection ??= this.way().then(({ to, keys }) => new Lasting(to, keys));
    return this.connection;
  }

  // An answer may hold passwords, and is never told.
  private readonly told = (line: string): void =>
    void (isAnswer(line) || this.say(`${this.name}: ${printableLine(line)}`));

  async close(): Promise<void> {
    this.conversation?.close();
    await (await this.connection)?.close();
  }
}

function commandOf(program: Program, words: readonly string[]): string {
  return ["sudo", "-n", programs[program], ...words].map(quote).join(" ");
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

function isAnswer(line: string): boolean {
  return line.startsWith("{");
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
