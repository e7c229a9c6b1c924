import type { z } from "zod";

import { Refusal } from "../../ground/usage";
import { anything, followed, forwarded, frozen, promoted, sealed, survey } from "../answers";
import type { Keeper } from "../journal";
import { ask } from "../machines";
import type { Move } from "../move";
import { freezeSeconds, passOf, standstill } from "../standstill";
import type { Step } from "../step";
import { lastPass, treesIn } from "./files";
import { attach } from "./way-back";

/** Requests wait, nobody writes on the old machine any more, and the new one has its files. */
export const freeze: Step = {
  name: "freeze",
  does: `holds requests and stops all that writes on the old machine, which undoes it by itself after ${freezeSeconds} s (by dump: after thrice what is expected); copies what changed of the files since, by size and time`,
  interrupts: true,
  async act(move) {
    const { world, keeper } = move;
    const { said, pass } = await (keeper.journal.way === "dump" ? stands(move) : holds(move));
    const held = world.now().getTime() - (said.waited ?? 0) * 1000;
    return { ...said, ...pass, held: new Date(held).toISOString() };
  },
  check({ old }, evidence) {
    const { seconds } = frozen.parse(evidence);
    return Promise.resolve([`nobody writes on ${old.name}${took(seconds)}`, ...treesIn(evidence)]);
  },
};

/** A freeze as what it says, and the last pass over the files. */
interface Frozen {
  readonly said: z.output<typeof frozen>;
  readonly pass: Awaited<ReturnType<typeof lastPass>>;
}

/** The files are copied while the databases end. */
async function holds(move: Move): Promise<Frozen> {
  const { old, slug } = move;
  const words = [slug, "--seconds", String(freezeSeconds)];
  await ask(old, ["hold", ...words], anything);
  const [said, pass] = await bothOf(ask(old, ["freeze", ...words], frozen), lastPass(move));
  return { said, pass };
}

/** By dump: for as long as that is expected to take, and with visitors turned away where they could not wait so long. */
async function stands(move: Move): Promise<Frozen> {
  const { old, slug, keeper } = move;
  const there = await ask(old, ["survey", slug], survey);
  const { seconds, closed } = standstill(there, passOf(keeper.journal));
  const words = [slug, "--seconds", String(seconds), ...(closed ? ["--closed"] : [])];
  const said = await ask(old, ["freeze", ...words], frozen);
  return { said, pass: await lastPass(move) };
}

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
  does: "makes sure that the new databases have all of it, opens them for writing and starts the application",
  interrupts: true,
  async act(move) {
    const { new: target, slug, keeper } = move;
    const { databases } = sealed.parse(keeper.evidenceOf("seal"));
    const [said] = await bothOf(
      ask(target, ["promote", slug], promoted, { databases }),
      attach(move),
    );
    return said;
  },
  check({ new: target, slug }, evidence) {
    const { healthy, seconds } = promoted.parse(evidence);
    if (!healthy) {
      throw new Refusal(
        `${target.name} has the data and its application is not well: berth logs ${slug} --stack ${target.name.split("/")[0]}; visitors wait or get a 503. Once it is put right, run the same command again`,
      );
    }
    return Promise.resolve([
      `${target.name} has all that was acknowledged, and its application is well${took(seconds)}`,
    ]);
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
    const { leads = false } = followed.safeParse(keeper.evidenceOf("follow")).data ?? {};
    if (leads) await target.call("proxy", ["turn-back", slug]);
    await old.call("proxy", ["forward", slug, target.address]);
    await old.call("proxy", ["release", slug]);
    const seconds = waited(keeper, world.now());
    // The way itself goes by a reload, when nobody waits any more.
    if (leads) await target.call("proxy", ["unforward", slug]);
    return { waited: seconds };
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

/** Both results; where one fails, its error once the other has come to its end as well. */
async function bothOf<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

/** How long the parts of a step took, in brackets. */
function took(seconds: Readonly<Record<string, number>>): string {
  const each = Object.entries(seconds).map(([what, many]) => `${what} ${many} s`);
  return each.length > 0 ? ` (${each.join(", ")})` : "";
}

/** Seconds since the first request waited, also where another command held it; undefined where nothing tells. */
function waited(keeper: Keeper, now: Date): number | undefined {
  const held = frozen.safeParse(keeper.evidenceOf("freeze")).data?.held;
  return held === undefined ? undefined : (now.getTime() - Date.parse(held)) / 1000;
}
