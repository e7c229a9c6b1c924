import { z } from "zod";

import { Away, ask, Faulty, type Side } from "./machines";
import { anything } from "./answers";

/** How databases come to the new machine: they follow, or are dumped and loaded while visitors wait. */
export const ways = ["replication", "dump"] as const;
/** `takeover`: they follow on the machine that it goes back to, since the other one was lost. */
export type Way = (typeof ways)[number] | "takeover";

/** What a move did and is about to do, kept on both machines: whoever goes on reads it there. */
const journal = z.object({
  format: z.literal(1),
  /** The move: one from its first step to its end, however many commands it took. */
  move: z.string(),
  slug: z.string(),
  environment: z.enum(["stage", "prod"]),
  /** The stacks whose machines serve before and after. */
  from: z.string(),
  to: z.string(),
  /** The clouds of the two, for the gate of production. */
  clouds: z.object({ from: z.string(), to: z.string() }),
  begun: z.string(),
  state: z.enum(["moving", "aborted", "ended"]),
  /** Absent in journals of before there were two. */
  way: z.enum([...ways, "takeover"]).default("replication"),
  /** Why a gate was passed, by whom (R64). */
  reason: z.string().optional(),
  /** Counts writes: of two copies the higher one is the later. */
  revision: z.int().min(0),
  steps: z.record(
    z.string(),
    z.object({
      state: z.enum(["begun", "done", "undone", "owed"]),
      at: z.string(),
      by: z.string(),
      evidence: z.unknown().optional(),
    }),
  ),
});

export type Journal = z.output<typeof journal>;
export type StepState = Journal["steps"][string]["state"];

/** A side's copy; undefined where it has none. Throws `Away` and its kin, and `Faulty` for one of another form. */
export async function readJournal(side: Side, slug: string): Promise<Journal | undefined> {
  const said = await ask(side, ["journal", slug], z.object({ journal: z.unknown() }));
  if (said.journal === null || said.journal === undefined) return undefined;
  const reading = journal.safeParse(said.journal);
  if (reading.success) return reading.data;
  const [issue] = reading.error.issues;
  throw new Faulty(
    `${side.name}: the journal of ${slug} has another form than this version reads (${issue?.path.map(String).join(".")}): go on with the version of berth that began the move; where somebody changed it by hand and the other machine's own is whole, move it away there: /var/lib/berth/moves/${slug}/journal.json`,
  );
}

/** The later of two copies; one that is at work goes before one that came to an end. */
export function later(one: Journal | undefined, other: Journal | undefined): Journal | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.move === other.move) return one.revision >= other.revision ? one : other;
  const [a, b] = [one.state === "moving", other.state === "moving"];
  if (a !== b) return a ? one : other;
  return one.begun >= other.begun ? one : other;
}

/** Writes a journal on both sides. One that is away is passed over: the other one's copy is later then. */
export class Keeper {
  /** Writes that nobody waited for. */
  private behind: Promise<unknown> = Promise.resolve();

  constructor(
    private current: Journal,
    private readonly sides: readonly Side[],
    private readonly by: string,
    private readonly now: () => Date,
  ) {}

  get journal(): Journal {
    return this.current;
  }

  stateOf(step: string): StepState | undefined {
    return this.current.steps[step]?.state;
  }

  evidenceOf(step: string): unknown {
    return this.current.steps[step]?.evidence;
  }

  /** Notes a step's state. Throws `Away` where no side took the note. */
  async note(step: string, state: StepState, evidence?: unknown): Promise<void> {
    this.set(step, state, evidence);
    await this.write();
  }

  /** The same while visitors wait: it is written by the way. What it says a machine can tell as well. */
  noteBehind(step: string, state: StepState, evidence?: unknown): void {
    this.set(step, state, evidence);
    this.behind = Promise.allSettled([this.behind, this.write()]);
  }

  /** Ends the move, one way or the other. */
  async end(state: "aborted" | "ended"): Promise<void> {
    this.current = { ...this.current, state, revision: this.current.revision + 1 };
    await this.write();
  }

  private set(step: string, state: StepState, evidence: unknown): void {
    const at = this.now().toISOString();
    const kept = evidence ?? this.current.steps[step]?.evidence;
    const entry = { state, at, by: this.by, ...(kept === undefined ? {} : { evidence: kept }) };
    this.current = {
      ...this.current,
      revision: this.current.revision + 1,
      steps: { ...this.current.steps, [step]: entry },
    };
  }

  private async write(): Promise<void> {
    await this.behind;
    const { current } = this;
    const written = await Promise.allSettled(
      this.sides.map((side) => ask(side, ["journal", current.slug, "--put"], anything, current)),
    );
    const failed = written.flatMap((each) =>
      each.status === "rejected" ? [each.reason as unknown] : [],
    );
    const other = failed.find((each) => !(each instanceof Away));
    if (other !== undefined) throw other;
    if (failed.length === this.sides.length) throw failed[0];
  }
}
