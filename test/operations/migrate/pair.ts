/** Two machines that exist nowhere, and what is round them: as much of a move as can be known without booting one. */

import type { Preview } from "../../../engine/preview";
import { Refusal } from "../../../operations/ground/usage";
import {
  Away,
  Declined,
  Faulty,
  type Program,
  type Side,
} from "../../../operations/migrate/machines";
import { commit, machine, verbs, type Machine } from "./verbs";
import type { World } from "../../../operations/migrate/world";

/** The command's process was killed: nothing of it runs any more. */
export class Killed extends Error {}

/** What is done to the call of a given number. */
export interface Fault {
  /** Counted from 1, over all that the command asks of the world. */
  readonly call: number;
  readonly how: "killed" | "away" | "away after" | "declined" | "faulty";
}

export { surveyed } from "./verbs";

/** An old machine, a new one, the engine, and visitors who write all the time. */
export class Pair {
  readonly old = machine({ phase: "serving", commit, runs: true });
  readonly new = machine({});
  /** Which stack the environment's names are led to. */
  led = "stage";
  now = Date.parse("2026-11-29T12:00:00Z");
  /** Calls so far, in words. */
  calls: string[] = [];
  fault: Fault | undefined;
  /** Moments at which both machines took writes. */
  readonly both: string[] = [];
  purged: string[] = [];
  besides: Preview["changes"] = [];
  unproven: readonly string[] = [];
  made: string[] = [];
  answersOfResolvers: string[] = [];
  /** Whether a backup and a drill come to a good end. */
  backsUp = true;
  drills = true;
  /** The project's job on Jenkins, where it has one. */
  job: ReturnType<World["job"]>;
  /** What refuses all calls that begin so, and in which words. */
  refused: { readonly call: string; readonly why: string } | undefined;
  /** The machine that dies with the fault. */
  diesWith: "old" | "new" | undefined;
  private acknowledged = 0;
  private killed = false;

  constructor(private readonly addresses: { readonly old: string; readonly new: string }) {}

  /** A new process. What a killed one left on the machines had its time. */
  revive(afterMs: number): void {
    this.killed = false;
    this.fault = undefined;
    this.calls = [];
    this.now += afterMs;
    for (const each of [this.old, this.new]) {
      if (each.lock && each.lock.until <= this.now) each.lock = undefined;
    }
    // The old machine's own watchdog.
    if (afterMs > 30_000 && this.old.phase === "frozen") this.thawed();
  }

  /**
   * The same two machines for a move in the other direction. `served`: the one that serves, as the move left it, or as one
   * that no move has touched.
   */
  turned(served: "as it was" | "as new" = "as new"): Pair {
    const back = new Pair({ old: this.addresses.new, new: this.addresses.old });
    const { new: old, old: target, led, now, acknowledged } = this;
    Object.assign(old, served === "as new" ? { phase: "serving" } : {}, { fenced: false });
    Object.assign(target, { promoted: false, follows: !target.takenDown });
    return Object.assign(back, { old, new: target, led, now, acknowledged });
  }

  /** Rows that were acknowledged and are not on the machine that takes writes, or twice; and whether one takes them. */
  lost(): { missing: number; serving: "old" | "new" | "nobody" } {
    const serving = this.writer();
    const rows = serving === undefined ? [] : serving.rows;
    const missing = this.acknowledged - new Set(rows).size + (rows.length - new Set(rows).size);
    const name = serving === this.old ? "old" : serving === this.new ? "new" : "nobody";
    return { missing: serving === undefined ? 0 : missing, serving: name };
  }

  world(): World {
    return {
      side: ({ stack, node, address, hostKey }) =>
        this.side(address, hostKey, `${stack}/${node.name}`),
      preview: (stack) =>
        this.asked("preview", () => ({ changes: this.changesOf(stack) }) as unknown as Preview),
      up: (stack) =>
        this.asked(`up ${stack}`, () => {
          this.deployed(stack);
          this.led = this.declared();
        }),
      servedBy: () => Promise.resolve(this.led),
      resolve: () => Promise.resolve(this.answersOfResolvers.splice(0, 1)),
      purge: (names) => this.asked("purge", () => void this.purged.push(...names)),
      unproven: () => Promise.resolve(this.unproven),
      backUp: () => this.asked("backup", () => this.did("backup") && this.backsUp),
      drill: () =>
        this.asked("drill", () => {
          if (this.drills) this.unproven = [];
          return this.did("drill") && this.drills;
        }),
      job: () => this.job,
      commit: (_, branch) => Promise.resolve(branch),
      pause: () => Promise.resolve(),
      now: () => new Date(this.now),
      close: () => Promise.resolve(),
    };
  }

  /** What an update of a stack would do, and that it was made; set by who looks at more than `besides`. */
  changesOf: (stack: string) => Preview["changes"] = () => this.besides;
  deployed: (stack: string) => void = () => undefined;

  /** What the stack file in the command's directory says; set by who runs it. */
  declared: () => string = () => this.led;

  private did(what: string): boolean {
    this.made.push(what);
    return true;
  }

  private writer(): Machine | undefined {
    const open = [this.old, this.new].filter((each) => this.takesWrites(each));
    // One that is dead counts where it is the only one: what it has written is there.
    const alive = open.filter(({ dead }) => !dead);
    if (alive.length > 1) this.both.push(this.calls.at(-1) ?? "");
    return alive[0] ?? open[0];
  }

  private takesWrites(each: Machine): boolean {
    return each === this.old ? !each.fenced : each.promoted;
  }

  /** Somebody writes a row, wherever writes are taken. */
  private write(): void {
    const writer = this.writer();
    if (writer === undefined) return;
    this.acknowledged += 1;
    writer.rows.push(this.acknowledged);
    const copy = writer === this.old ? this.new : this.old;
    if (copy.follows) copy.rows = [...writer.rows];
  }

  private async asked<T>(what: string, act: () => T, side?: Machine): Promise<T> {
    await Promise.resolve();
    if (this.killed) throw new Killed(what);
    this.calls.push(what);
    this.write();
    const at = this.fault?.call === this.calls.length ? this.fault.how : undefined;
    if (at === "killed") this.die(what);
    if (this.refused && what.startsWith(this.refused.call)) throw new Refusal(this.refused.why);
    if (at === "away" || side?.dead) throw new Away(`${what}: not reached`);
    if (at === "declined") throw new Declined(`${what}: refused`);
    if (at === "faulty") throw new Faulty(`${what}: failed`);
    const answer = act();
    this.write();
    if (at === "away after" && this.diesWith) this[this.diesWith].dead = true;
    if (at === "away after") throw new Away(`${what}: the session was cut`);
    return answer;
  }

  private die(what: string): never {
    this.killed = true;
    throw new Killed(what);
  }

  private side(address: string, hostKey: string, name: string): Side {
    const at = address === this.addresses.old ? this.old : this.new;
    return {
      ...{ name, address, hostKey, attend: () => Promise.resolve() },
      call: (program, words, input) =>
        this.asked(
          `${name} ${program} ${words.join(" ")}`,
          () => this.does(at, program, words, input),
          at,
        ),
    };
  }

  private does(at: Machine, program: Program, words: readonly string[], input?: string): unknown {
    const verb = `${program} ${words[0]}`;
    if (verb in at.answers) return at.answers[verb];
    if (program === "proxy") return this.proxied(at, words);
    if (program === "site") return this.delivered(at, words);
    const act = verbs[words[0] ?? ""];
    if (act === undefined) throw new Error(`no verb ${words[0]}`);
    return act(this, at, words, input === undefined ? undefined : (JSON.parse(input) as unknown));
  }

  private proxied(at: Machine, [verb, , address]: readonly string[]): unknown {
    if (verb === "status") {
      return { sites: [{ slug: "shop", next: at.forwards ? { leads: true } : null }] };
    }
    if (verb === "unforward") at.forwards = undefined;
    if (verb === "admit") {
      at.admits = address;
      return { certificate: "-----BEGIN CERTIFICATE-----" };
    }
    if (verb === "unadmit") at.admits = undefined;
    if (verb === "release") at.held = false;
    if (verb === "forward") at.forwards = address;
    return undefined;
  }

  private delivered(at: Machine, words: readonly string[]): unknown {
    if (words[0] === "status")
      return { sites: [{ slug: "shop", commit: at.commit, running: at.runs }] };
    if (at.follows || at.promoted) throw new Declined("the project moves: deliveries wait");
    if (at.left && at.left.services.length > 0) throw new Faulty("not well: it cannot write");
    at.commit = words[words.indexOf("--ref") + 1];
    at.takenDown = false;
    at.beside = words.includes("--beside");
    return undefined;
  }

  readonly thawed = (): void => {
    Object.assign(this.old, { phase: "serving", fenced: false, held: false });
  };
}
