import { describe, expect, it } from "vitest";

import { stageFirst } from "../../../operations/migrate/gates";
import type { Machine } from "../../../operations/fleet/fleet";
import type { Side } from "../../../operations/migrate/machines";

const journal = {
  ...{ format: 1, move: "m", slug: "shop", environment: "stage", from: "stage", to: "stage-b" },
  clouds: { from: "scaleway", to: "digitalocean" },
  ...{ begun: "2026-11-20T10:00:00Z", state: "ended", revision: 40 },
  steps: { names: { state: "done", at: "2026-11-20T11:00:00Z", by: "ana" } },
};

/** Asks the gate of a production move to DigitalOcean, where stage's machine tells this. */
function asked(told: {
  journal?: unknown;
  sites?: readonly object[];
  stack?: string;
}): Promise<void> {
  const kept = "journal" in told ? told.journal : journal;
  const sites = told.sites ?? [{ slug: "shop", running: true }];
  const side: Side = {
    ...{ name: "stage-b/shop", address: "203.0.113.7", hostKey: "" },
    attend: () => Promise.resolve(),
    call: (program) => Promise.resolve(program === "move" ? { journal: kept } : { sites }),
  };
  const machine = { stack: told.stack ?? "stage-b" } as Machine;
  return stageFirst("shop", "digitalocean", { machine, side: () => side });
}

describe("production goes after stage (R64)", () => {
  it("that moved there by the same command, to the same cloud, and runs", async () => {
    await expect(asked({})).resolves.toBeUndefined();
  });

  it.each([
    ["never moved", { journal: null }, "did not move on stage yet"],
    ["moved away from that machine since", { stack: "stage" }, "did not move on stage yet"],
    ["has names that were not led there", { journal: { ...journal, steps: {} } }, "did not move"],
    [
      "moved to another cloud",
      { journal: { ...journal, clouds: { from: "scaleway", to: "aws" } } },
      "moved to aws on stage and shall go to digitalocean here",
    ],
    ["stands still there", { sites: [{ slug: "shop", running: false }] }, "does not run"],
    ["is not among what runs there", { sites: [] }, "does not run"],
  ])("is refused where the project %s", async (_, told, why) => {
    await expect(asked(told)).rejects.toThrow(why);
    await expect(asked(told)).rejects.toThrow(/\(R64\).*--reason/s);
  });
});
