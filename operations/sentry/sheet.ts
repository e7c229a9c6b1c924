import type { Alert, Cron, Uptime } from "./service";

/** One thing to be done on the service, or in a stack's file. */
export type Act =
  | { readonly kind: "create project"; readonly slug: string }
  | { readonly kind: "rename project"; readonly id: string; readonly slug: string }
  | { readonly kind: "make uptime"; readonly project: string; readonly uptime: Uptime }
  | { readonly kind: "change uptime"; readonly id: string; readonly uptime: Uptime }
  | { readonly kind: "remove uptime"; readonly id: string }
  | { readonly kind: "make cron"; readonly cron: Cron }
  | { readonly kind: "change cron"; readonly slug: string; readonly cron: Cron }
  | { readonly kind: "remove cron"; readonly slug: string }
  | { readonly kind: "make alert"; readonly alert: Alert }
  | { readonly kind: "change alert"; readonly id: string; readonly alert: Alert }
  | { readonly kind: "remove alert"; readonly id: string }
  | {
      readonly kind: "set dsn";
      readonly stack: string;
      readonly project: string;
      /** Slug of the project on the service. */
      readonly from: string;
    };

/** A line for a person about one project. */
export interface Line {
  readonly name: string;
  readonly says: string;
}

/** An act, for whom, and in words. */
export interface Step extends Line {
  readonly act: Act;
  /** Whether its project has to be made or renamed first. */
  readonly waits: boolean;
}

/** What lies between what is wanted and what is there. */
export interface Plan {
  readonly steps: readonly Step[];
  /** What only a person can put right; the rest is done all the same. */
  readonly problems: readonly Line[];
  /** What is as it is, and worth saying. */
  readonly notes: readonly Line[];
}

/** Where the lines of a plan are gathered for one project, and what of the service's they leave as theirs. */
export class Sheet implements Plan {
  readonly steps: Step[] = [];
  readonly problems: Line[] = [];
  readonly notes: Line[] = [];
  /** Ids of uptimes and alerts and slugs of crons, each with its kind before it. */
  readonly kept = new Set<string>();
  /** Whether the project of whom is told now has to be made or renamed first. */
  waits = false;

  constructor(private name: string) {}

  /** Goes on with another project. */
  about(name: string): void {
    this.name = name;
    this.waits = false;
  }

  step(says: string, act: Act): void {
    this.steps.push({ name: this.name, says, act, waits: this.waits });
  }

  problem(says: string): void {
    this.problems.push({ name: this.name, says });
  }

  note(says: string): void {
    this.notes.push({ name: this.name, says });
  }

  keep(kind: "uptime" | "cron" | "alert", id: string): void {
    this.kept.add(`${kind} ${id}`);
  }

  keeps(kind: "uptime" | "cron" | "alert", id: string): boolean {
    return this.kept.has(`${kind} ${id}`);
  }
}

/** By which names of Berth's own are known there. */
export interface OwnMark {
  /** What they begin with. */
  readonly now: string;
  /** What they began with before they said whose they are: another Berth project's may too. */
  readonly before: string;
}

/** The mark of an owner, as `ownerOf` has it. */
export function markOf(owner: string): OwnMark {
  return { now: `[${owner}]`, before: `[${owner.slice(owner.indexOf("/") + 1)}]` };
}

/**
 * Whether something there that is wanted is Berth's own: what people or other Berth projects named otherwise is theirs. A
 * name of before becomes one of now.
 */
export function isMarked(name: string, { now, before }: OwnMark): boolean {
  return [now, before].some((mark) => name.startsWith(`${mark} `));
}
