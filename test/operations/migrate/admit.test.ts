import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Preview } from "../../../engine/preview";
import { leadersIn, withLeaders } from "../../../operations/migrate/visitors-line";
import { addresses, Clone, pairOf } from "./fleet";
import type { Pair } from "./pair";

const argv = ["shop", "--to", "stage-b"];
const file = "Pulumi.stage-b.yaml";
const edgeAlone = `config:
  # The new machine.
  berth:environment: stage
  berth:projects: { shop: {} }
`;
const change = (name: string) =>
  ({ urn: name, type: "t", name, fate: "update", replaceKeys: [], diffs: [] }) as unknown;

let at: Clone;
let pair: Pair;
/** What else the new machine's stack has to update. */
let due: unknown[];
const text = () => fs.readFileSync(path.join(at.directory, file), "utf8");
beforeEach(() => {
  at = new Clone();
  pair = pairOf();
  due = [];
  fs.writeFileSync(path.join(at.directory, file), edgeAlone);
  let open: readonly string[] = [];
  pair.deployed = (stack) => {
    if (stack === "stage-b") open = leadersIn(text(), "shop");
  };
  pair.changesOf = (stack) => {
    if (stack !== "stage-b") return [];
    const isDue = open.join() !== leadersIn(text(), "shop").join();
    const doors = isDue ? ["shop-firewall", "shop-converge"].map(change) : [];
    return [...doors, ...due] as Preview["changes"];
  };
});
afterEach(() => at.remove());

describe("a cloud's firewall that lets in the edge alone", () => {
  it("is planned for, and opened for the old machine before anything else is done", async () => {
    const plan = await at.run(pair, ...argv, "--plan");
    expect(plan, plan.said).toMatchObject({ code: 0 });
    expect(plan.out).toContain("note: the firewall before stage-b/shop lets in the edge alone");
    expect(text()).toBe(edgeAlone);
    const done = await at.run(pair, ...argv);
    expect(done, done.said).toMatchObject({ code: 0 });
    expect(text()).toBe(
      `${edgeAlone}  berth:nodes:\n    shop:\n      visitorsFrom: [${addresses.old}]\n`,
    );
    expect(done.said).toContain(
      `${file}: visitorsFrom of shop names ${addresses.old} (shop); commit it`,
    );
    expect(done.out).toContain(`proven: the firewall before stage-b/shop lets in ${addresses.old}`);
    const [opened, delivered] = [/^up stage-b$/, / deploy shop/].map((each) =>
      pair.calls.findIndex((call) => each.test(call)),
    );
    expect(opened).toBeGreaterThan(0);
    expect(opened).toBeLessThan(delivered!);
  });

  it("is not opened by an update that would do anything else", async () => {
    due = [change("club-converge")];
    const done = await at.run(pair, ...argv);
    expect(done).toMatchObject({ code: 1 });
    expect(done.said).toContain("update t club-converge");
    expect(text()).toBe(edgeAlone);
    due = [];
    pair.revive(0);
    expect(await at.run(pair, ...argv)).toMatchObject({ code: 0 });
  });

  it("is opened by whoever goes on after a command that was killed before the update", async () => {
    await at.run(pair, ...argv, "--until", "admit");
    const call = pair.calls.indexOf("up stage-b") + 1;
    await at.run(pair, ...argv, "--abort");
    expect(text()).toBe(edgeAlone);
    pair.deployed("stage-b");
    pair.revive(0);
    pair.fault = { call, how: "killed" };
    await at.run(pair, ...argv);
    expect(leadersIn(text(), "shop")).toEqual([addresses.old]);
    pair.revive(0);
    pair.old.lock = undefined;
    pair.new.lock = undefined;
    const again = await at.run(pair, ...argv);
    expect(again, again.said).toMatchObject({ code: 0 });
    expect(pair.calls).toContain("up stage-b");
  });

  it("loses the line by whoever gives the move up, who is told to close it, and what a person wrote stays", async () => {
    await at.run(pair, ...argv, "--until", "files");
    pair.revive(0);
    const given = await at.run(pair, ...argv, "--abort");
    expect(given, given.said).toMatchObject({ code: 0 });
    expect(text()).toBe(edgeAlone);
    expect(given.said).toContain("close the firewall: pulumi up --stack stage-b");

    const own = withLeaders(edgeAlone, { node: "shop", from: [addresses.old] }, file);
    fs.writeFileSync(path.join(at.directory, file), own);
    pair.revive(0);
    await at.run(pair, ...argv, "--until", "files");
    pair.revive(0);
    await at.run(pair, ...argv, "--abort");
    expect(text()).toBe(own);
  });

  it("goes to review with --commit, and is gone on from once it is deployed", async () => {
    const first = await at.run(pair, ...argv, "--commit");
    expect(first).toMatchObject({ code: 1 });
    expect(first.said).toContain("committed on move-shop-to-stage-b: deploy that");
    pair.deployed("stage-b");
    pair.revive(0);
    await at.run(pair, ...argv, "--commit", "--until", "files");
    expect(pair.calls).not.toContain("up stage-b");
    expect(pair.new.commit).toBe(pair.old.commit);
  });
});

describe("the line of a node that lets machines in", () => {
  const put = (before: string, ...from: string[]) =>
    withLeaders(before, { node: "shop", from }, file);
  const entry = "config:\n  berth:nodes:\n    shop:\n      memoryGb: 4 # for the search\n";

  it("comes into an entry, a list of nodes or a file without one, and goes again", () => {
    for (const before of [
      entry,
      "config:\n  berth:nodes:\n    club: { memoryGb: 4 }\n  berth:projects: { shop: {} }\n",
      edgeAlone,
    ]) {
      const after = put(before, addresses.old);
      expect(leadersIn(after, "shop")).toEqual([addresses.old]);
      expect(put(after, addresses.old)).toBe(after);
      expect(put(after)).toBe(before);
    }
  });

  it("keeps the machines that are named already", () => {
    const one = put(entry, "203.0.113.8");
    const two = put(one, "203.0.113.8", addresses.old);
    expect(two).toContain(`      visitorsFrom: [203.0.113.8, ${addresses.old}]\n`);
    expect(put(two, "203.0.113.8")).toBe(one);
  });

  it.each([
    "config:\n  berth:nodes: { shop: { memoryGb: 4 } }\n",
    "config:\n  berth:nodes:\n    shop: { memoryGb: 4 }\n",
    "config:\n  berth:nodes:\n    shop:\n",
  ])("is left to a person where it cannot be one line: %j", (before) => {
    expect(() => put(before, addresses.old)).toThrow(
      `${file}: the entry of shop below berth:nodes cannot be changed by one line; write \`visitorsFrom: [${addresses.old}]\` there by hand`,
    );
  });
});
