import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { Clone, pairOf } from "./fleet";
import { surveyed, type Fault, type Pair } from "./pair";

const argv = ["shop", "--to", "stage-b", "--by", "dump"];
let clones: Clone[];
beforeEach(() => (clones = []));
afterEach(() => clones.forEach((each) => each.remove()));

const clone = () => {
  const made = new Clone();
  clones.push(made);
  return made;
};

/** The calls of an undisturbed move, from its freeze until visitors are led on. */
async function inTheFreeze(): Promise<readonly [number, string][]> {
  const pair = pairOf();
  expect(await clone().run(pair, ...argv)).toMatchObject({ code: 0 });
  const [first, last] = [/ freeze shop/, / proxy forward shop/].map((word) =>
    pair.calls.findIndex((each) => word.test(each)),
  ) as [number, number];
  return pair.calls
    .map((call, index) => [index + 1, call] as [number, string])
    .slice(first, last + 1)
    .filter(([, call]) => !/ (journal|status|survey|lag) shop/.test(call));
}

function expectOne(pair: Pair, serving: "old" | "new", when: string): void {
  expect(pair.both, when).toEqual([]);
  expect(pair.lost(), when).toEqual({ missing: 0, serving });
}

describe("a project with more files than a pass can look at while visitors wait", () => {
  it("is not frozen, and is led to the way that lasts as long as it needs", async () => {
    const [pair, at] = [pairOf(), clone()];
    const trees = ["media", "uploads"].map((name) => ({
      ...{ name, entries: 80_000, bytes: 1000, changed: 0, seconds: 20 },
    }));
    pair.new.answers["move files"] = { trees };
    const done = await at.run(pair, ...argv.slice(0, 3));
    expect(done.code).toBe(1);
    expect(done.said).toContain("a pass over the files of shop takes 20 s, and the old machine");
    expect(pair.calls.join("\n")).not.toMatch(/ (hold|freeze) shop/);
    pair.revive(0);
    expect(await at.run(pair, ...argv.slice(0, 3), "--abort")).toMatchObject({ code: 0 });
    pair.revive(0);
    expect(await at.run(pair, ...argv)).toMatchObject({ code: 0 });
    expectOne(pair, "new", "at the end");
  });
});

describe("a move by dump and restore", () => {
  it("ends with all that was written on the new machine, and nothing that follows it", async () => {
    const [pair, at] = [pairOf(), clone()];
    const done = await at.run(pair, ...argv);
    expect(done, done.said).toMatchObject({ code: 0 });
    expectOne(pair, "new", "at the end");
    expect(done.out).toMatch(/db: \d+ rows, sequences and large objects .* are alike on both/);
    expect(done.out).toContain("nothing follows stage-b/shop: the way back is the same move");
    const order = pair.calls.map((call) => / move (\w+) shop/.exec(call)?.[1]).filter(Boolean);
    const wanted = ["freeze", "files", "load", "seal", "promote", "return"];
    expect(order.filter((verb) => wanted.includes(verb!)).slice(-6)).toEqual(wanted);
    expect(pair.new.follows || pair.old.follows).toBe(false);
    // Another command goes on with the way that the journal has.
    pair.now += 3_600_000;
    const over = await at.run(pair, "shop", "--to", "stage-b");
    expect(over.out, over.said).toContain("the move is over");
  });

  it("says what it costs before, and holds visitors no longer than they can wait", async () => {
    const [pair, at] = [pairOf(), clone()];
    const small = await at.run(pair, ...argv, "--plan");
    expect(small.out).toMatch(/by dump and restore: visitors wait, and get no error .* \d+ s/);
    expect(small.out).toContain("nothing follows it: the way back is the same move");
    expect(small.out).toMatch(/^load /m);
    const other = await at.run(pair, "shop", "--to", "stage-b", "--plan");
    expect(other.out).not.toMatch(/^load /m);
    const databases = [{ ...surveyed.databases[0]!, bytes: 4_000_000_000 }];
    pair.old.answers["move survey"] = { ...surveyed, databases };
    const large = await at.run(pair, ...argv, "--plan");
    expect(large.out).toContain("they get a 503 that says when to come again");
    pair.new.answers["move survey"] = { ...surveyed, databases };
    await at.run(pair, ...argv);
    expect(pair.calls.find((call) => / freeze shop/.test(call))).toMatch(
      /--seconds \d{4} --closed$/,
    );
  });

  it("moves MongoDB, which no other way does", async () => {
    const [pair, at] = [pairOf(), clone()];
    const databases = [{ ...surveyed.databases[0]!, kind: "mongodb", major: null }];
    for (const each of [pair.old, pair.new])
      each.answers["move survey"] = { ...surveyed, databases };
    expect((await at.run(pair, "shop", "--to", "stage-b")).said).toContain("--by dump --plan");
    expect(await at.run(pair, ...argv)).toMatchObject({ code: 0 });
    expectOne(pair, "new", "MongoDB");
  });

  it("keeps to the way that it was begun with", async () => {
    const [pair, at] = [pairOf(), clone()];
    await at.run(pair, ...argv, "--until", "checks");
    const other = await at.run(pair, "shop", "--to", "stage-b", "--by", "replication");
    expect(other).toMatchObject({ code: 1 });
    expect(other.said).toContain("shop is moving by dump; go on without --by");
    await expect(at.run(pair, "shop", "--to", "stage-b", "--by", "dumb")).rejects.toThrow(
      /Did you mean dump\?/,
    );
  });

  it.each<[string, Fault["how"]]>([
    ["killed", "killed"],
    ["failed", "faulty"],
  ])("%s at any call in the freeze, goes on to its end or is given up", async (_, how) => {
    for (const [call, what] of await inTheFreeze()) {
      for (const after of [0, 3_600_000]) {
        const [pair, at] = [pairOf(), clone()];
        pair.fault = { call, how };
        await at.run(pair, ...argv);
        pair.revive(after);
        pair.old.lock = undefined;
        const again = await at.run(pair, ...argv);
        expect(again, `${what}: ${again.said}`).toMatchObject({ code: 0 });
        expectOne(pair, "new", what);
      }
      const [pair, at] = [pairOf(), clone()];
      pair.fault = { call, how };
      await at.run(pair, ...argv);
      pair.revive(0);
      pair.old.lock = undefined;
      const given = await at.run(pair, "shop", "--to", "stage-b", "--abort");
      if (given.code === 0) expectOne(pair, "old", what);
      else expect(given.said, what).toMatch(/way back is the same move|serves/);
    }
  });
});
