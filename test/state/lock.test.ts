import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { StateBench, type Operator } from "./bench";

let bench: StateBench;
let ana: Operator;
let ben: Operator;
beforeAll(async () => {
  bench = await StateBench.start();
  ana = bench.operator("ana");
  ben = bench.operator("ben");
  await bench.deployed(ana, "prod");
});
afterAll(() => bench.stop());

const up = ["up", "--yes", "--skip-preview", "--stack", "prod"];

/** An update that holds its lock until told to go on. */
async function open(): Promise<{ update: ReturnType<StateBench["begin"]>; goOn: () => void }> {
  const gate = path.join(ana.clone, `gate-${Date.now()}`);
  const update = bench.begin(ana, up, { HOLD_UNTIL: gate });
  await expect.poll(() => bench.locks(), { timeout: 60_000 }).toHaveLength(1);
  return { update, goOn: () => fs.writeFileSync(gate, "") };
}

describe("two operators at once", () => {
  it("the second is refused and told who is at work; the first is not disturbed", async () => {
    const { update, goOn } = await open();
    const second = await bench.run(ben, ...up);
    expect(second.code).not.toBe(0);
    expect(second.output).toContain("the stack is currently locked by 1 lock(s)");
    expect(second.output).toMatch(/created by .+@.+ \(pid \d+\) at \d{4}-/);
    goOn();
    expect((await update.ended).code).toBe(0);
    expect(await bench.locks()).toEqual([]);
    await bench.must(ben, ...up);
  });

  it("may look: a preview takes no lock", async () => {
    const { update, goOn } = await open();
    expect(await bench.isUnchanged(ben, "prod")).toBe(true);
    goOn();
    expect((await update.ended).code).toBe(0);
  });
});

describe("an operator whose machine dies", () => {
  it("leaves a lock, which `pulumi cancel` removes; then work goes on", async () => {
    const { update } = await open();
    update.crash();
    await update.ended;
    expect(await bench.locks()).toHaveLength(1);
    expect((await bench.run(ben, ...up)).output).toContain("currently locked");
    await bench.must(ben, "cancel", "--yes", "--stack", "prod");
    expect(await bench.locks()).toEqual([]);
    await bench.must(ben, ...up);
    expect(await bench.isUnchanged(ben, "prod")).toBe(true);
  });
});
