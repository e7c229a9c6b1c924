import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { addresses, Clone, pairOf } from "./fleet";
import type { Pair } from "./pair";

const prod = ["shop", "--to", "prod-b", "--reason", "there is no stage here"];
const goesOn = "berth migrate shop --to prod-b";
const isWithOld = /shop is with prod\/shop as before, where nothing was stopped/;
const isWithNew = /shop is with prod-b\/shop since the switch, and prod\/shop takes no write/;

/** One thing that goes wrong, and how it is put right. */
interface Fault {
  readonly what: string;
  readonly wrong: (pair: Pair) => void;
  readonly right: (pair: Pair) => void;
  /** What is said of the state, and who takes writes meanwhile. */
  readonly state: RegExp;
  readonly serving: "old" | "new" | "nobody";
}

const refusing = (call: string, why: string) => ({
  wrong: (pair: Pair) => void (pair.refused = { call, why }),
  right: (pair: Pair) => void (pair.refused = undefined),
});
const dead = (side: "old" | "new") => ({
  wrong: (pair: Pair) => void (pair[side].dead = true),
  right: (pair: Pair) => void (pair[side].dead = false),
});
const answering = (side: "old" | "new", verb: string, answer: unknown) => ({
  wrong: (pair: Pair) => void (pair[side].answers[verb] = answer),
  right: (pair: Pair) => void delete pair[side].answers[verb],
});
const notFollowing = {
  databases: { db: { streaming: false, behindBytes: null, behindSeconds: null } },
};

/** Before the freeze, once all of it was copied. */
const before: readonly Fault[] = [
  { what: "the old machine dies", ...dead("old"), state: /not reached/, serving: "old" },
  { what: "the new machine dies", ...dead("new"), state: /not reached/, serving: "old" },
  {
    what: "the network between them is cut, and the copy falls behind",
    ...answering("new", "move lag", notFollowing),
    ...{ state: isWithOld, serving: "old" },
  },
  {
    what: "S3 is away, so that no archive is made",
    wrong: (pair) => void Object.assign(pair, { unproven: ["shop: no archive"], backsUp: false }),
    right: (pair) => void Object.assign(pair, { unproven: [], backsUp: true }),
    ...{ state: isWithOld, serving: "old" },
  },
  {
    what: "the files differ by their checksums",
    ...refusing("prod-b/shop move files shop --check", "uploads: 3 files differ"),
    ...{ state: isWithOld, serving: "old" },
  },
];

/** From the freeze on. */
const after: readonly Fault[] = [
  {
    what: "the databases cannot be sealed",
    ...refusing("prod/shop move seal", "somebody started the database since it was frozen"),
    ...{ state: /prod\/shop serves again and nothing is lost/, serving: "old" },
  },
  {
    what: "the new application is not well",
    ...answering("new", "move promote", { healthy: false, seconds: {}, databases: {} }),
    ...{ state: /prod\/shop serves again and nothing is lost/, serving: "old" },
  },
  {
    what: "the change of DNS is refused",
    ...refusing("up prod", "pulumi up --stack prod failed: 403 Forbidden"),
    ...{ state: isWithNew, serving: "new" },
  },
  {
    what: "the purge is refused",
    ...refusing("purge", "the cache of shop.example is not purged: 429"),
    ...{ state: isWithNew, serving: "new" },
  },
];

let at: Clone;
let pair: Pair;
beforeEach(() => {
  at = new Clone("prod");
  pair = pairOf("prod");
});
afterEach(() => at.remove());

/** The command ends with a state and the command that goes on, and that goes on to the end of the move. */
async function endsSafely({ wrong, right, state, serving }: Fault): Promise<void> {
  wrong(pair);
  const failed = await at.run(pair, ...prod);
  expect(failed, failed.out).toMatchObject({ code: 1 });
  expect(failed.said).toMatch(state);
  expect(failed.said).toContain(goesOn);
  expect(pair.both).toEqual([]);
  expect(pair.lost()).toEqual({ missing: 0, serving });
  right(pair);
  pair.revive(2 * 60_000);
  const done = await at.run(pair, ...prod);
  expect(done, done.said).toMatchObject({ code: 0 });
  expect(pair.both).toEqual([]);
  expect(pair.lost()).toEqual({ missing: 0, serving: "new" });
}

describe("what goes wrong before the freeze stops nothing", () => {
  it.each(before)("$what", async (fault) => {
    await at.run(pair, ...prod, "--until", "files");
    pair.revive(0);
    await endsSafely(fault);
  });
});

describe("what goes wrong from the freeze on leaves one machine that writes, and says which", () => {
  it.each(after)("$what", endsSafely);
});

describe("a new machine that dies after the switch", () => {
  beforeEach(async () => {
    expect(await at.run(pair, ...prod, "--until", "forward")).toMatchObject({ code: 0 });
    pair.new.dead = true;
    pair.revive(0);
  });

  it("has nobody else take writes, and the way back waits for it", async () => {
    const back = await at.run(pair, "shop", "--to", "prod", "--reason", "it died");
    expect(back).toMatchObject({ code: 1 });
    expect(back.said).toContain("Nothing was begun: shop is with prod-b/shop");
    expect(back.said).toContain("then: berth migrate shop --to prod");
    expect(pair.old).toMatchObject({ fenced: true, forwards: addresses.new });
    pair.new.dead = false;
    pair.revive(0);
    const turned = pair.turned();
    const done = await at.run(turned, "shop", "--to", "prod", "--reason", "it died");
    expect(done, done.said).toMatchObject({ code: 0 });
    expect(turned.lost()).toEqual({ missing: 0, serving: "new" });
  });

  it("is not given up, and its move goes on once it is back", async () => {
    const given = await at.run(pair, ...prod, "--abort");
    expect(given).toMatchObject({ code: 1 });
    expect(given.said).toContain("serves shop already");
    pair.new.dead = false;
    pair.revive(0);
    expect(await at.run(pair, ...prod)).toMatchObject({ code: 0 });
    expect(pair.lost()).toEqual({ missing: 0, serving: "new" });
  });
});
