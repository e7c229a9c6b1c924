import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { Refusal } from "../../../operations/ground/usage";
import { addresses, Clone, pairOf } from "./fleet";
import type { Pair } from "./pair";

const argv = ["shop", "--to", "stage-b"];
let at: Clone;
let pair: Pair;
beforeEach(() => {
  at = new Clone();
  pair = pairOf();
});
afterEach(() => at.remove());

describe("a move of a project with jobs", () => {
  it("has the project's job deliver the commit that serves to the new machine, before visitors are there (R65)", async () => {
    const ran: unknown[] = [];
    pair.job = (commit, { address }) => {
      ran.push([commit, address, pair.led]);
      return Promise.resolve("shop-move ran on Jenkins, and passed");
    };
    const done = await at.run(pair, ...argv);
    expect(done).toMatchObject({ code: 0 });
    expect(ran).toEqual([[pair.old.commit, addresses.new, "stage"]]);
    expect(done.out).toContain("proven: shop-move ran on Jenkins, and passed");
  });

  it("stays where it is while that job fails, and goes on once it passes", async () => {
    let fails = true;
    pair.job = () =>
      fails ? Promise.reject(new Refusal("shop-move: ended with FAILURE")) : Promise.resolve("ran");
    const failed = await at.run(pair, ...argv);
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.said).toContain("shop is with stage/shop as before, where nothing was stopped.");
    expect(pair.lost().serving).toBe("old");
    fails = false;
    pair.revive(0);
    expect(await at.run(pair, ...argv)).toMatchObject({ code: 0 });
    expect(pair.lost()).toEqual({ missing: 0, serving: "new" });
  });
});
