import { randomUUID } from "node:crypto";

import { Refusal } from "../ground/usage";
import { anything, lock } from "./answers";
import { ask, Away, Declined, type Side } from "./machines";

/** Milliseconds between renewals: a machine gives a lock away that was not renewed for a minute. */
const renewMs = 15_000;

/**
 * The lock of a move: one command at a time. It is the old machine's; where that is dead, the new one's. A
 * command that was killed stops renewing it, and the next one gets it.
 */
export class Lease {
  private readonly run = randomUUID();
  private timer: NodeJS.Timeout | undefined;
  private holder: Side | undefined;

  constructor(
    private readonly slug: string,
    private readonly by: string,
    private readonly say: (text: string) => void,
  ) {}

  /** Takes it. Throws a `Refusal` that names who has it, `Away` where neither machine answers. */
  async take(source: Side, target: Side | undefined): Promise<void> {
    try {
      await this.ask(source);
      this.holder = source;
    } catch (error) {
      if (!(error instanceof Away) || target === undefined) throw error;
      await this.ask(target);
      this.holder = target;
      this.say(`${source.name} does not answer: the lock is taken over on ${target.name}`);
    }
    this.timer = setInterval(() => void this.renew(), renewMs);
    this.timer.unref();
  }

  async release(): Promise<void> {
    clearInterval(this.timer);
    if (this.holder === undefined) return;
    const words = ["unlock", this.slug, "--run", this.run];
    // It ends by itself within a minute.
    await ask(this.holder, words, anything).catch(() => undefined);
  }

  private async ask(side: Side): Promise<void> {
    const words = ["lock", this.slug, "--by", this.by, "--run", this.run];
    try {
      await ask(side, words, anything);
    } catch (error) {
      if (!(error instanceof Declined)) throw error;
      const held = lock.safeParse(error.answer).data;
      if (held === undefined) throw error;
      throw new Refusal(
        `${held.by} is moving ${this.slug} at this moment${held.since ? `, since ${held.since}` : ""}; once that command came to its end, or a minute after it was killed, run yours again; look: berth migrate ${this.slug} --status`,
      );
    }
  }

  private async renew(): Promise<void> {
    // A command that cannot renew goes on: whoever gets the lock meanwhile finds its steps done or refused.
    if (this.holder !== undefined) await this.ask(this.holder).catch(() => undefined);
  }
}
