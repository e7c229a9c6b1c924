import type { z } from "zod";

import { printableLine } from "../ground/printable";

/** What a collector says, unread, and of which moment it is. */
export interface Told {
  readonly at: Date;
  readonly said: unknown;
}

/** Somebody who is asked about things of one kind. May fail, hang, lie and be late: `readingOf` bears it. */
export interface Collector<Subject, Said> {
  /** From where the answer comes, for a person. */
  readonly source: (subject: Subject) => string;
  /** Milliseconds that one answer may take. */
  readonly limitMs: number;
  /** What an answer has to be like to be believed. */
  readonly form: z.ZodType<Said>;
  /** Asks; `withinMs`: how long anybody waits, after which the signal is aborted. */
  readonly ask: (subject: Subject, signal: AbortSignal, withinMs: number) => Promise<Told>;
}

/** An answer that is believed, or why there is none. */
export type Reading<Said> = { readonly source: string } & (
  | { readonly kind: "known"; readonly at: Date; readonly said: Said }
  | { readonly kind: "unknown"; readonly why: string }
);

/** The present, and the moment at which the whole board is given up (milliseconds, by this process's clock). */
export interface Time {
  readonly now: () => Date;
  readonly until: number;
}

/** Minutes that an answer may be old, and that a clock may go ahead: collectors look, they do not remember. */
const freshMinutes = 5;

/**
 * Asks a collector about one thing. Never throws, and never takes longer than the collector's limit or what is
 * left of the whole: whatever goes wrong is why the answer is not known.
 */
export async function readingOf<Subject, Said>(
  collector: Collector<Subject, Said>,
  subject: Subject,
  { now, until }: Time,
): Promise<Reading<Said>> {
  const source = collector.source(subject);
  const not = (why: string): Reading<Said> => ({ source, kind: "unknown", why });
  const withinMs = Math.min(collector.limitMs, until - Date.now());
  if (withinMs <= 0) return not("not asked: the time for the whole board was over");
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), withinMs);
  });
  try {
    const asked = collector.ask(subject, controller.signal, withinMs);
    // What comes after nobody waits any more is nobody's error.
    asked.catch(() => undefined);
    const told = await Promise.race([asked, late]);
    if (told === "late") return not(`no answer within ${Math.ceil(withinMs / 1000)} s`);
    const minutes = (now().getTime() - told.at.getTime()) / 60_000;
    // A moment that is none is no young one.
    if (!(minutes <= freshMinutes)) return not(`the answer is old: of ${momentOf(told.at)}`);
    if (minutes < -freshMinutes) return not(`the answer is of the future: ${momentOf(told.at)}`);
    const read = collector.form.safeParse(told.said);
    if (read.success) return { source, kind: "known", at: told.at, said: read.data };
    const [issue] = read.error.issues;
    const where = issue?.path.map(String).join(".") || "the whole of it";
    return not(printableLine(`the answer makes no sense: ${where}: ${issue?.message ?? ""}`));
  } catch (error) {
    return not(printableLine(error instanceof Error ? error.message : String(error)));
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

function momentOf(at: Date): string {
  return Number.isNaN(at.getTime()) ? "no moment" : at.toISOString();
}
