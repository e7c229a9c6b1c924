import { Refusal } from "../../ground/usage";
import type { z } from "zod";

import { files as passed, lag, survey } from "../answers";
import { ask } from "../machines";
import type { Move } from "../move";
import { freezeSeconds, passOf } from "../standstill";
import type { Step } from "../step";
import { refuseWhatIsDue } from "./names";

/** Bytes that a copy may be behind at the freeze: what is left is received while visitors wait. */
const nearBytes = 16 * 1024 * 1024;

/** The first passes over the files, until one has little to do. */
export const files: Step = {
  name: "files",
  does: "copies the files, twice: the second pass tells how long the last one will take",
  async act({ new: target, slug }) {
    await ask(target, ["files", slug], passed);
    return ask(target, ["files", slug], passed);
  },
  check(_, evidence) {
    return Promise.resolve(treesIn(evidence));
  },
};

/** What takes long and is read to the last byte, before anybody waits. */
export const checks: Step = {
  name: "checks",
  does: "compares every file by its checksum and looks once more at both machines, and for what else the environment has to update",
  async precondition(move) {
    const { old, new: target, slug } = move;
    const [a, b] = [
      await ask(old, ["survey", slug], survey),
      await ask(target, ["survey", slug], survey),
    ];
    if (a.commit !== b.commit) {
      throw new Refusal(
        `${old.name} was delivered another version of ${slug} (${a.commit?.slice(0, 12)}) since the move began; give up and begin again: berth migrate ${slug} --abort`,
      );
    }
    refuseTooLong(move);
    await refuseWhatIsDue(move);
  },
  act({ new: target, slug }) {
    return ask(target, ["files", slug, "--check"], passed);
  },
  async check({ new: target, slug, keeper }, evidence) {
    const said = treesIn(evidence).map((each) => `${each}, compared by checksums`);
    if (keeper.journal.way === "dump") return said;
    const { databases } = await ask(target, ["lag", slug], lag);
    for (const [service, { streaming, behindBytes }] of Object.entries(databases)) {
      if (!streaming || behindBytes === null || behindBytes > nearBytes) {
        throw new Refusal(
          `${target.name}: ${service} is ${streaming ? `${behindBytes ?? "an unknown number of"} bytes behind` : "not following"}; run the same command again once it has caught up`,
        );
      }
    }
    return said;
  },
};

/** Refuses where the last pass alone would take as long as a freeze may: it would be undone, again and again. */
function refuseTooLong({ keeper: { journal }, slug, to }: Move): void {
  const pass = passOf(journal);
  if (journal.way === "dump" || pass === undefined || pass < freezeSeconds / 2) return;
  throw new Refusal(
    `a pass over the files of ${slug} takes ${pass} s, and the old machine serves again by itself after ${freezeSeconds} s. By dump it stands still for as long as it takes: give up, and begin again: berth migrate ${slug} --to ${to} --abort, then with --by dump`,
  );
}

/** The pass in the freeze, when nobody writes files any more. Answers the evidence. */
export function lastPass({ new: target, slug }: Move): Promise<z.output<typeof passed>> {
  return ask(target, ["files", slug, "--last"], passed);
}

/** What a pass has shown, a sentence for each tree. */
export function treesIn(evidence: unknown): string[] {
  const read = passed.safeParse(evidence).data;
  return (read?.trees ?? []).map(
    ({ name, entries, bytes }) => `${name}: ${entries} entries, ${bytes} bytes, alike on both`,
  );
}
