import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { Clone, pairOf } from "./fleet";
import type { Fault, Pair } from "./pair";

const there = ["shop", "--to", "stage-b"];
const back = ["shop", "--to", "stage"];
const without = [...back, "--without", "stage-b", "--confirm", "shop"];
const hour = 3_600_000;

let clones: Clone[] = [];
beforeEach(() => (clones = []));
afterEach(() => clones.forEach((each) => each.remove()));

/** A project that was switched to a machine that died then, while the former one follows: the pair is that of the way back. */
async function lost(): Promise<{ at: Clone; pair: Pair }> {
  const [at, pair] = [new Clone(), pairOf()];
  clones.push(at);
  expect(await at.run(pair, ...there)).toMatchObject({ code: 0 });
  const turned = pair.turned("as it was");
  turned.old.dead = true;
  for (const each of [turned.old, turned.new]) each.lock = undefined;
  return { at, pair: turned };
}

function expectTaken({ at, pair }: { at: Clone; pair: Pair }, when: string): void {
  expect(pair.lost().serving, when).toBe("new");
  expect(pair.led, when).toBe("stage");
  expect(pair.new, when).toMatchObject({ forwards: undefined, promoted: true });
  expect(at.shop()["servedBy"], when).toBeUndefined();
  expect(at.shop()["migration"], when).toEqual({ to: "stage" });
}

describe("a machine that was lost while the former one follows it", () => {
  it("is done without by a command of its own, which says what may be missing, and owes its fence", async () => {
    const { at, pair } = await lost();
    const plan = await at.run(pair, ...back, "--without", "stage-b", "--plan");
    expect(plan, plan.said).toMatchObject({ code: 0 });
    expect(plan.out).toMatch(
      /db: up to \d+; its last change was committed at 2026-11-29T12:00:00Z/,
    );
    expect(plan.out).toContain("Of what was acknowledged while stage-b/shop waited for it nothing");
    expect(plan.out).toMatch(/^fence +stops the machine that was lost/m);
    expect(pair.new).toMatchObject({ promoted: false, fenced: true });
    pair.revive(0);
    pair.old.dead = true;
    const done = await at.run(pair, ...without);
    expect(done, done.out).toMatchObject({ code: 1 });
    expect(done.said).toContain("fence: stage-b/shop move fence shop: not reached");
    expectTaken({ at, pair }, "without it");
    expect(pair.lost().missing).toBe(0);
    expect(pair.both).toEqual([]);
    expect(pair.purged).toEqual(["shop.example"]);
    const status = await at.run(pair, ...back, "--status");
    expect(status.out).toContain("stage took over, since stage-b was lost");
  });

  it("is fenced by the same command once it is back, and keeps what it has", async () => {
    const { at, pair } = await lost();
    await at.run(pair, ...without);
    pair.revive(hour);
    pair.old.dead = false;
    const elsewhere = await at.run(pair, ...there);
    expect(elsewhere.said).toContain("shop is moving to stage already");
    pair.revive(hour);
    const done = await at.run(pair, ...back);
    expect(done, done.said).toMatchObject({ code: 0 });
    expect(pair.old).toMatchObject({ fenced: true, runs: false });
    expect(pair.old.left).toMatchObject({ services: ["db"] });
    expectTaken({ at, pair }, "once it is back");
    expect(pair.new.journal).toMatchObject({ state: "ended", way: "takeover" });
  });

  it("is not done without while it answers, here or there, or before somebody confirmed it", async () => {
    const { at, pair } = await lost();
    const unsure = await at.run(pair, ...back, "--without", "stage-b");
    expect(unsure).toMatchObject({ code: 1 });
    expect(unsure.said).toContain("nothing was touched");
    const other = await at.run(pair, ...back, "--without", "stage", "--confirm", "shop");
    expect(other.said).toContain("--without stage: shop is served by stage-b");
    pair.old.answers["move status"] = { role: "target", phase: "promoted" };
    pair.old.dead = false;
    const alive = await at.run(pair, ...without);
    expect(alive.said).toContain("stage-b/shop answers: nothing was touched");
    expect(pair.new).toMatchObject({ promoted: false, fenced: true, phase: "moved" });
    expect(pair.new.journal).toMatchObject({ from: "stage", to: "stage-b", state: "moving" });
  });

  it("is done without to the end where it came back while the command that did so was cut off", async () => {
    const { at, pair } = await lost();
    await at.run(pair, ...without);
    const call = pair.calls.indexOf("stage/shop move takeover shop") + 2;
    const other = await lost();
    other.pair.fault = { call, how: "killed" };
    await other.at.run(other.pair, ...without);
    expect(other.pair.new).toMatchObject({ promoted: true });
    expect(other.pair.new.journal).toMatchObject({ to: "stage-b" });
    other.pair.revive(2 * 60_000);
    other.pair.old.dead = false;
    for (const each of [other.pair.old, other.pair.new]) each.lock = undefined;
    const done = await other.at.run(other.pair, ...without);
    expect(done, done.said).toMatchObject({ code: 0 });
    expectTaken(other, "after it came back");
    expect(other.pair.old).toMatchObject({ fenced: true, runs: false });
  });

  it("is not given up once another took over", async () => {
    const { at, pair } = await lost();
    await at.run(pair, ...without);
    pair.revive(0);
    const given = await at.run(pair, ...back, "--abort");
    expect(given).toMatchObject({ code: 1 });
    expect(given.said).toContain("stage/shop serves shop already");
  });

  it("binds nobody once it is gone from the stacks", async () => {
    const { at, pair } = await lost();
    await at.run(pair, ...without);
    pair.revive(0);
    at.write("Pulumi.stage-b.yaml", {
      config: { "berth:environment": "stage", "berth:projects": {} },
    });
    at.write("Pulumi.stage-c.yaml", {
      config: { "berth:environment": "stage", "berth:projects": { shop: {} } },
    });
    const next = await at.run(pair, "shop", "--to", "stage-c", "--plan");
    expect(next.said).not.toContain("is moving to stage already");
    expect(next.said).toContain("stage-c/shop");
  });

  const faults: Fault["how"][] = ["killed", "away after", "faulty"];
  it.each(faults)(
    "is done without by the same command where any call of it is %s",
    async (how) => {
      const whole = await lost();
      await whole.at.run(whole.pair, ...without);
      const tried = whole.pair.calls.flatMap((call, index) =>
        /^stage\/shop (move (takeover|journal shop --put|end)|proxy)|^(up|purge)/.test(call)
          ? [index + 1]
          : [],
      );
      expect(tried.length).toBeGreaterThan(8);
      for (const call of tried) {
        const { at, pair } = await lost();
        pair.fault = { call, how };
        await at.run(pair, ...without);
        const when = `${how} ${call}: ${whole.pair.calls[call - 1]}`;
        expect(pair.both, when).toEqual([]);
        pair.revive(2 * 60_000);
        for (const each of [pair.old, pair.new]) each.lock = undefined;
        const again = await at.run(pair, ...without);
        expectTaken({ at, pair }, `${when}: ${again.said}`);
        expect(pair.lost().missing, when).toBe(0);
        pair.revive(hour);
        pair.old.dead = false;
        const done = await at.run(pair, ...back);
        expect(done, `${when}: ${done.said}`).toMatchObject({ code: 0 });
        expectTaken({ at, pair }, when);
        expect(pair.old, when).toMatchObject({ fenced: true, runs: false });
      }
    },
    120_000,
  );
});
