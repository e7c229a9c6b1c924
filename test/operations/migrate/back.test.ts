import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { Clone, pairOf } from "./fleet";
import type { Fault, Pair } from "./pair";
import { surveyed, verbs } from "./verbs";

const there = ["shop", "--to", "stage-b"];
const back = ["shop", "--to", "stage"];
const hour = 3_600_000;
const place = "/volumes/pgdata/_data.berth-moved";

let clones: Clone[] = [];
beforeEach(() => (clones = []));
afterEach(() => clones.forEach((each) => each.remove()));

/** A project that moved, whose move has ended: the pair is that of the way back. */
async function moved(): Promise<{ at: Clone; pair: Pair }> {
  const [at, pair] = [new Clone(), pairOf()];
  clones.push(at);
  expect(await at.run(pair, ...there)).toMatchObject({ code: 0 });
  pair.now += hour;
  expect(await at.run(pair, ...there)).toMatchObject({ code: 0 });
  expect(pair.old.left).toMatchObject({ services: ["db"], to: "stage-b" });
  const turned = pair.turned();
  turned.now += 30 * 24 * hour;
  return { at, pair: turned };
}

/** The way back to its end: the hour of the standby passes on the way. */
async function toTheEnd(at: Clone, pair: Pair) {
  const first = await at.run(pair, ...back);
  if (first.code !== 0 || first.out.includes("the move is over")) return first;
  pair.now += hour;
  return at.run(pair, ...back);
}

function expectBack({ at, pair }: { at: Clone; pair: Pair }, when: string): void {
  expect(pair.both, when).toEqual([]);
  expect(pair.lost(), when).toEqual({ missing: 0, serving: "new" });
  expect(pair.led, when).toBe("stage");
  expect(pair.new.left, when).toMatchObject({ services: [], aside: [place] });
  expect(pair.old.left, when).toMatchObject({ services: ["db"] });
  expect(at.shop()["servedBy"], when).toBeUndefined();
}

describe("the way back to a machine whose move has ended", () => {
  it("is the same command: what stayed there is named by the plan, goes aside before the delivery, and stays", async () => {
    const { at, pair } = await moved();
    const plan = await at.run(pair, ...back, "--plan");
    expect(plan, plan.said).toMatchObject({ code: 0 });
    expect(plan.out).toContain(
      "note: what stayed of the move of 2026-11-29 to stage-b on the new machine (db, read-only, 10 MiB) is set aside there before the delivery, and stays",
    );
    pair.revive(0);
    const done = await toTheEnd(at, pair);
    expect(done, done.said).toMatchObject({ code: 0 });
    expect(done.out).toContain(
      `lies aside there; once nobody needs it: berth ssh stage/shop, and there: sudo rm -r ${place}`,
    );
    expectBack({ at, pair }, "undisturbed");
  });

  it("has the room counted that is used there, and says by what", async () => {
    const { at, pair } = await moved();
    pair.new.left!.bytes = 3 * 1024 ** 3;
    const said = verbs["survey"]!(pair as never, pair.new, [], undefined) as object;
    pair.new.answers["move survey"] = { ...said, disk: { ...surveyed.disk, free: 1024 ** 3 } };
    const plan = await at.run(pair, ...back, "--plan");
    expect(plan).toMatchObject({ code: 1 });
    expect(plan.out).toMatch(
      /^! disk: .*used there by what stayed of an earlier move: 3\.0 GiB\)/m,
    );
  });

  it("is refused before anything is touched where that is not what was left", async () => {
    const { at, pair } = await moved();
    const said = verbs["survey"]!(pair as never, pair.new, [], undefined) as { left: object };
    const problem = "db: /data is not what the move left here: its position is 0/9 and was 0/8";
    pair.new.answers["move survey"] = { ...said, left: { ...said.left, problem } };
    for (const more of [["--plan"], []]) {
      const done = await at.run(pair, ...back, ...more);
      expect(done).toMatchObject({ code: 1 });
      expect(done.out + done.said).toContain(problem);
    }
    expect(pair.calls.filter((call) => / (room|deploy|follow) /.test(call))).toEqual([]);
    expect(pair.lost()).toEqual({ missing: 0, serving: "old" });
  });

  it("can be given up, and begun again, with what stayed lying aside", async () => {
    const { at, pair } = await moved();
    await at.run(pair, ...back, "--until", "files");
    pair.revive(0);
    expect(await at.run(pair, ...back, "--abort")).toMatchObject({ code: 0 });
    expect(pair.lost()).toEqual({ missing: 0, serving: "old" });
    expect(pair.new.left).toMatchObject({ services: [], aside: [place] });
    pair.revive(0);
    const done = await toTheEnd(at, pair);
    expect(done, done.said).toMatchObject({ code: 0 });
    expectBack({ at, pair }, "begun again");
  });

  const faults: Fault["how"][] = ["killed", "away", "away after"];
  it.each(faults)(
    "goes on by the same command where a call that makes room or delivers is %s",
    async (how) => {
      const whole = await moved();
      await whole.at.run(whole.pair, ...back, "--until", "deliver");
      const tried = whole.pair.calls.flatMap((call, index) =>
        / (room|deploy|--put) ?/.test(call) ? [index + 1] : [],
      );
      expect(tried.length).toBeGreaterThan(3);
      for (const call of tried) {
        const { at, pair } = await moved();
        pair.fault = { call, how };
        await at.run(pair, ...back);
        pair.revive(2 * 60_000);
        for (const each of [pair.old, pair.new]) each.lock = undefined;
        const done = await toTheEnd(at, pair);
        expect(done, `${call}: ${done.said}`).toMatchObject({ code: 0 });
        expectBack({ at, pair }, `${how} ${call}`);
      }
    },
  );
});

it("has an old machine that was away at the end write down what stays there by the same command later", async () => {
  const [at, pair] = [new Clone(), pairOf()];
  clones.push(at);
  await at.run(pair, ...there);
  pair.revive(hour);
  pair.diesWith = "old";
  const [other, undisturbed] = [new Clone(), pairOf()];
  clones.push(other);
  await other.run(undisturbed, ...there);
  undisturbed.revive(hour);
  await other.run(undisturbed, ...there);
  const call = undisturbed.calls.indexOf("stage/shop move down shop") + 1;
  pair.fault = { call, how: "away after" };
  const first = await at.run(pair, ...there);
  expect(first).toMatchObject({ code: 1 });
  expect(first.said).toContain("end: stage/shop move end shop: not reached");
  pair.old.dead = false;
  pair.revive(hour);
  expect(await at.run(pair, ...there)).toMatchObject({ code: 0 });
  expect(pair.old.left).toMatchObject({ services: ["db"] });
  expect(pair.new.journal).toMatchObject({ state: "ended" });
});
