import { Refusal } from "../../ground/usage";
import { anything, key, promoted } from "../answers";
import { ask } from "../machines";
import type { Move, WayBack } from "../move";
import type { Step } from "../step";

/** All that the way back needs and that nobody has to wait for. */
export const ready: Step = {
  name: "ready",
  does: "lays the way back, by which the old databases will follow the new ones",
  only: "replication",
  byEach: true,
  async act(move) {
    const { old, new: target, slug, laid } = move;
    await Promise.all([old.attend(), target.attend()]);
    laid.wayBack = await offered(move);
    await ask(old, ["lay", slug], anything, laid.wayBack);
    return {};
  },
  check({ old, new: target }) {
    return Promise.resolve([`${old.name} reaches what ${target.name} will serve`]);
  },
};

/**
 * Has the old databases come up as followers while the new ones are being promoted. What goes wrong here is made good
 * by `return`, which says what is wrong.
 */
export async function attach({ old, slug, laid }: Move): Promise<void> {
  if (laid.wayBack === undefined) return;
  try {
    await ask(old, ["attach", slug, "--synchronous"], anything, laid.wayBack);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

/** The old databases follow the new ones, so that no write of the new side is on one machine alone. */
export const comeBack: Step = {
  name: "return",
  does: "has the old databases follow the new ones, synchronously: the way back (by dump: there is none)",
  interrupts: true,
  canBeOwed: "failed",
  async act(move) {
    const { old, new: target, slug, keeper, laid } = move;
    if (keeper.journal.way === "dump") {
      await ask(old, ["return", slug], anything, { address: target.address });
      return {};
    }
    const told = laid.wayBack ?? (await offered(move));
    const { databases } = promoted.parse(keeper.evidenceOf("promote"));
    const timelines = Object.fromEntries(
      Object.entries(databases).map(([service, { timeline }]) => [service, timeline ?? null]),
    );
    await ask(old, ["return", slug, "--synchronous"], anything, { ...told, timelines });
    return {};
  },
  check({ old, new: target, keeper }) {
    if (keeper.journal.way === "dump") {
      return Promise.resolve([
        `${old.name} keeps its data and serves no more; nothing follows ${target.name}: the way back is the same move in the other direction`,
      ]);
    }
    return Promise.resolve([`the databases of ${old.name} follow those of ${target.name}`]);
  },
};

/** What the new machine offers the old one. It goes from one to the other and into nothing else. */
async function offered({ old, new: target, slug }: Move): Promise<WayBack> {
  const made = await ask(old, ["key", slug], key);
  const offer = await ask(target, ["offer", slug, "--back"], anything, {
    key: made.key,
    address: old.address,
  });
  return {
    ...(offer as Record<string, unknown>),
    address: target.address,
    hostKey: target.hostKey,
  };
}
