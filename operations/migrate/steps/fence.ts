import { anything } from "../answers";
import { ask } from "../machines";
import type { Step } from "../step";

/** The machine that was lost, once it is met again: it never serves what another one took over. */
export const fence: Step = {
  name: "fence",
  does: "stops the machine that was lost, once it answers: its application goes, and its databases start read-only whoever starts them",
  only: "takeover",
  canBeOwed: "away",
  async act({ old, new: target, slug }) {
    const said = await ask(old, ["fence", slug], anything, { address: target.address });
    await ask(old, ["down", slug], anything);
    return said;
  },
  check({ old }) {
    return Promise.resolve([
      `${old.name} runs nothing of the project, and its databases take no write; what it holds stays there`,
    ]);
  },
};
