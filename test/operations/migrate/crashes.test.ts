import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { Clone, pairOf } from "./fleet";
import type { Fault, Pair } from "./pair";

const argv = ["shop", "--to", "stage-b"];
const hour = 3_600_000;

let clones: Clone[] = [];
beforeEach(() => (clones = []));
afterEach(() => clones.forEach((each) => each.remove()));

const clone = () => {
  const made = new Clone();
  clones.push(made);
  return made;
};

/** Runs the move to its end: the hour of the old standby passes on the way. */
async function toTheEnd(at: Clone, pair: Pair) {
  const first = await at.run(pair, ...argv);
  if (first.code !== 0 || first.out.includes("the move is over")) return first;
  pair.now += hour;
  return at.run(pair, ...argv);
}

/** All calls of an undisturbed move until the old standby has its hour. */
async function callsOf(): Promise<string[]> {
  const pair = pairOf();
  const { code, said } = await clone().run(pair, ...argv);
  expect({ code, said }).toMatchObject({ code: 0 });
  return pair.calls;
}

/** The calls at which something is tried: from the freeze on all of them, before it those that do something. */
function triedOf(calls: readonly string[]): number[] {
  const freeze = calls.findIndex((each) => / hold /.test(each));
  const isRead = (each: string) => / (journal|survey|status|lag|key) shop/.test(each);
  return calls.flatMap((each, index) => (index < freeze - 1 && isRead(each) ? [] : [index + 1]));
}

function expectMoved(pair: Pair, at: Clone, when: string): void {
  expect(pair.both, when).toEqual([]);
  expect(pair.lost(), when).toEqual({ missing: 0, serving: "new" });
  expect(pair.led, when).toBe("stage-b");
  expect(pair.old, when).toMatchObject({ fenced: true, held: false, forwards: "203.0.113.2" });
  expect(at.shop()["servedBy"], when).toBe("stage-b");
}

function expectStayed(pair: Pair, at: Clone, when: string): void {
  expect(pair.both, when).toEqual([]);
  expect(pair.lost(), when).toEqual({ missing: 0, serving: "old" });
  expect(pair.led, when).toBe("stage");
  expect(pair.old, when).toMatchObject({ phase: "serving", held: false });
  expect(pair.new, when).toMatchObject({ promoted: false, runs: false });
  expect(at.shop()["migration"], when).toBeUndefined();
}

describe("a move on two machines that nobody disturbs", () => {
  it("ends with all that was written on the new machine alone, and the names led there", async () => {
    const [at, pair] = [clone(), pairOf()];
    const first = await at.run(pair, ...argv);
    expect(first).toMatchObject({ code: 0 });
    expect(first.said).toContain("the old databases follow the new ones until 2026-11-29T13:00Z");
    expect(first.out).toContain("proven: db follows on stage-b/shop, 0 bytes behind");
    expect(first.out).toMatch(/proven: visitors waited [0-9]+\.[0-9] s, from the hold/);
    pair.now += hour;
    expect(await at.run(pair, ...argv)).toMatchObject({ code: 0 });
    expectMoved(pair, at, "undisturbed");
    expect(pair.purged).toEqual(["shop.example"]);
    expect(pair.new.journal).toMatchObject({ state: "ended", from: "stage", to: "stage-b" });
    expect(JSON.stringify(pair.new.journal)).not.toContain("invented");
  });

  it("asks of the machines what the freeze needs and no more", async () => {
    const calls = (await callsOf()).filter((each) => !each.includes("journal"));
    const [begin, end] = [/ hold /, /release/].map((each) =>
      calls.findIndex((call) => each.test(call)),
    );
    expect(calls.slice(begin, end! + 1)).toEqual([
      "stage/shop move hold shop --seconds 30",
      "stage/shop move freeze shop --seconds 30",
      "stage-b/shop move files shop --last",
      "stage/shop move seal shop",
      "stage-b/shop move promote shop",
      "stage/shop move attach shop --synchronous",
      "stage/shop move return shop --synchronous",
      "stage/shop proxy forward shop 203.0.113.2",
      "stage/shop proxy release shop",
    ]);
  });
});

it("tells how long visitors waited from the first hold on, whichever command ended it (R76)", async () => {
  const call = (await callsOf()).findIndex((each) => each.includes("proxy forward")) + 1;
  const [at, pair] = [clone(), pairOf()];
  pair.fault = { call, how: "killed" };
  await at.run(pair, ...argv).catch(() => undefined);
  pair.revive(100_000);
  expect((await at.run(pair, ...argv)).out).toMatch(/proven: visitors waited 100\.[0-9] s/);
  const { waited } = (pair.new.journal as { steps: { forward: { evidence: { waited: number } } } })
    .steps.forward.evidence;
  expect(waited).toBeCloseTo(100, 0);
});

/** Milliseconds for all the moves of one test: each is quick, and they are many. */
const many = 240_000;

describe("a command that is killed at any of its calls", { timeout: many }, () => {
  // Before one call is after the one before it.
  const how = "killed";
  // At once: a freeze stands still. Late: the old machine undid it, and the lock is free.
  const pauses = [
    ["with the freeze standing", 0],
    ["after the watchdog", 2 * 60_000],
  ] as const;

  it.each(pauses.map(([when, ms]) => ({ when, ms })))(
    "$when: the same command from another clone goes on to the end",
    async ({ ms }) => {
      const calls = await callsOf();
      for (const call of triedOf(calls)) {
        const [pair, at] = [pairOf(), clone()];
        pair.fault = { call, how };
        const first = await clone().run(pair, ...argv);
        const when = `${how} ${call}: ${calls[call - 1]}`;
        // The last call gives the lock back, whose end nobody minds.
        expect(first.killed || call === calls.length, when).toBe(true);
        pair.revive(ms);
        for (const each of [pair.old, pair.new]) each.lock = undefined;
        expect(await toTheEnd(at, pair), when).toMatchObject({ code: 0 });
        expectMoved(pair, at, when);
      }
    },
  );

  it.each(pauses.map(([when, ms]) => ({ when, ms })))(
    "$when: an abort gives it up, or refuses where the new machine serves",
    async ({ ms }) => {
      const calls = await callsOf();
      for (const call of triedOf(calls)) {
        const [pair, at] = [pairOf(), clone()];
        pair.fault = { call, how };
        await at.run(pair, ...argv);
        const when = `${how} ${call}: ${calls[call - 1]}`;
        const { promoted } = pair.new;
        pair.revive(ms);
        for (const each of [pair.old, pair.new]) each.lock = undefined;
        const begun = pair.old.journal !== null || pair.new.journal !== null;
        const given = await at.run(pair, ...argv, "--abort");
        if (promoted) {
          expect(given.said, when).toContain("serves shop already");
          expect(await toTheEnd(at, pair), when).toMatchObject({ code: 0 });
          expectMoved(pair, at, when);
        } else {
          expect(given, when).toMatchObject({ code: begun ? 0 : 1 });
          expectStayed(pair, at, when);
        }
      }
    },
  );
});

describe("a call that fails", { timeout: many }, () => {
  const faults: Fault["how"][] = ["away", "away after", "declined", "faulty"];

  it.each(faults)(
    "%s, whichever it is: one machine serves or says why not, and the same command goes on",
    async (how) => {
      const calls = await callsOf();
      for (const call of triedOf(calls)) {
        const [pair, at] = [pairOf(), clone()];
        pair.fault = { call, how };
        const first = await at.run(pair, ...argv);
        const when = `${how} ${call}: ${calls[call - 1]}: ${first.said}`;
        const { serving } = pair.lost();
        if (serving === "nobody")
          expect(first.said, when).toMatch(/stays read-only|Run the same command again/);
        else expect(pair.lost().missing, when).toBe(0);
        pair.revive(2 * 60_000);
        expect(await toTheEnd(at, pair), when).toMatchObject({ code: 0 });
        expectMoved(pair, at, when);
      }
    },
  );
});
