import { Refusal } from "../../ground/usage";
import { anything, followed, forwarded, frozen, key, promoted, sealed } from "../answers";
import type { Keeper } from "../journal";
import { ask } from "../machines";
import type { Step } from "../step";

/**
 * Seconds after which the old machine serves again by itself where nothing sealed it. Longer than an undo takes, and
 * shorter than a request may wait at the edge.
 */
export const freezeSeconds = 30;

/** Requests wait, and nobody writes on the old machine any more. */
export const freeze: Step = {
  name: "freeze",
  does: `holds requests and stops all that writes on the old machine, which undoes it by itself after ${freezeSeconds} s`,
  interrupts: true,
  async act({ old, slug, keeper, world }) {
    const asked = world.now().toISOString();
    const said = await ask(old, ["freeze", slug, "--seconds", String(freezeSeconds)], frozen);
    // A machine that stood frozen already answers with the deadline of then.
    const before = frozen.safeParse(keeper.evidenceOf("freeze")).data;
    return { ...said, held: before?.until === said.until ? (before?.held ?? asked) : asked };
  },
  check({ old }) {
    return Promise.resolve([`nobody writes on ${old.name}`]);
  },
};

/** From here the old machine never resumes by itself. */
export const seal: Step = {
  name: "seal",
  does: "stops the old databases in a way in which whoever starts them gets a read-only server",
  interrupts: true,
  act({ old, slug }) {
    return ask(old, ["seal", slug], sealed);
  },
  check(_, evidence) {
    const { databases } = sealed.parse(evidence);
    const said = Object.entries(databases).map(
      ([service, { position }]) => `${service} stopped at ${position}`,
    );
    return Promise.resolve(said);
  },
};

/** The new machine serves. */
export const promote: Step = {
  name: "promote",
  does: "waits until the new databases have all of it, opens them for writing and starts the application",
  interrupts: true,
  async act({ new: target, slug, keeper }) {
    const { databases } = sealed.parse(keeper.evidenceOf("seal"));
    return ask(target, ["promote", slug], promoted, { databases });
  },
  check({ new: target, slug }, evidence) {
    const { healthy, seconds } = promoted.parse(evidence);
    if (!healthy) {
      throw new Refusal(
        `${target.name} has the data and its application is not well: berth logs ${slug} --stack ${target.name.split("/")[0]}; visitors wait or get a 503. Once it is put right, run the same command again`,
      );
    }
    const took = Object.entries(seconds).map(([what, many]) => `${what} ${many} s`);
    return Promise.resolve([
      `${target.name} replayed all that was acknowledged, and its application is well${took.length > 0 ? ` (${took.join(", ")})` : ""}`,
    ]);
  },
};

/** The old databases follow the new ones, so that no write of the new side is on one machine alone. */
export const comeBack: Step = {
  name: "return",
  does: "has the old databases follow the new ones, synchronously: the way back",
  interrupts: true,
  canBeOwed: "failed",
  async act({ old, new: target, slug }) {
    const made = await ask(old, ["key", slug], key);
    const offered = await ask(target, ["offer", slug], anything, {
      key: made.key,
      address: old.address,
    });
    await ask(old, ["return", slug, "--synchronous"], anything, {
      ...(offered as Record<string, unknown>),
      address: target.address,
      hostKey: target.hostKey,
    });
    return {};
  },
  check({ old, new: target }) {
    return Promise.resolve([`the databases of ${old.name} follow those of ${target.name}`]);
  },
};

/** Requests that waited, and all that come to the old machine, go to the new one. */
export const forward: Step = {
  name: "forward",
  does: "has the old machine's proxy lead everybody to the new machine, those first who wait",
  interrupts: true,
  canBeOwed: "away",
  async act({ old, new: target, slug, keeper, world }) {
    // On the way back: two that lead to each other would lead nobody anywhere.
    if (followed.safeParse(keeper.evidenceOf("follow")).data?.leads) {
      await target.call("proxy", ["unforward", slug]);
    }
    await old.call("proxy", ["forward", slug, target.address]);
    await old.call("proxy", ["release", slug]);
    return { waited: waited(keeper, world.now()) };
  },
  check({ old, new: target }, evidence) {
    const { waited: seconds } = forwarded.parse(evidence);
    return Promise.resolve([
      `${old.name} leads its visitors to ${target.name}`,
      ...(seconds === undefined
        ? []
        : [
            `visitors waited ${seconds.toFixed(1)} s, from the hold until all who waited were led on (R76)`,
          ]),
    ]);
  },
};

/** Seconds since the freeze was asked for, also where another command did; undefined where nothing tells. */
function waited(keeper: Keeper, now: Date): number | undefined {
  const held = frozen.safeParse(keeper.evidenceOf("freeze")).data?.held;
  return held === undefined ? undefined : (now.getTime() - Date.parse(held)) / 1000;
}
