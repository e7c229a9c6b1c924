import type { ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";

import { Lines } from "./lines";

/**
 * A program that answers many questions while it runs: each is a line of JSON with an `id`, and its answer is one with
 * the same. Other lines are told. Made for questions while somebody waits, for which a program each would be started.
 */
export class Conversation {
  private readonly waiting = new Map<number, (answer: unknown) => void>();
  private asked = 0;
  private over = false;

  constructor(
    private readonly child: ChildProcessByStdio<Writable, Readable, null>,
    told: (line: string) => void,
  ) {
    const lines = new Lines((line) => this.take(line, told));
    child.stdout.on("data", lines.add);
    child.stdin.on("error", () => undefined);
    child.on("error", () => this.end());
    child.on("close", () => this.end());
  }

  /** Whether it ended: nobody answers any more. */
  get isOver(): boolean {
    return this.over;
  }

  /** The answer; undefined where the program ended before, or after that time: then it is ended from here. */
  async ask(question: object, timeoutMs: number): Promise<unknown> {
    if (this.over) return undefined;
    this.asked += 1;
    const id = this.asked;
    const late = setTimeout(() => this.close(), timeoutMs);
    try {
      return await new Promise((resolve) => {
        this.waiting.set(id, resolve);
        this.child.stdin.write(`${JSON.stringify({ id, ...question })}\n`);
      });
    } finally {
      clearTimeout(late);
      this.waiting.delete(id);
    }
  }

  /** Asks no more. What is under way comes to its end, and nobody is told. */
  leave(): void {
    this.end();
    this.child.stdin.end();
  }

  close(): void {
    this.leave();
    this.child.kill("SIGTERM");
  }

  private take(line: string, told: (line: string) => void): void {
    const answer = readAnswer(line);
    if (answer === undefined) told(line);
    else this.waiting.get(answer.id)?.(answer);
  }

  private end(): void {
    this.over = true;
    for (const resolve of this.waiting.values()) resolve(undefined);
  }
}

function readAnswer(line: string): { readonly id: number } | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const read = JSON.parse(line) as { readonly id?: unknown };
    return typeof read.id === "number" ? { ...read, id: read.id } : undefined;
  } catch {
    return undefined;
  }
}
