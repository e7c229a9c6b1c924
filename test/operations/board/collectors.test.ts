import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { isWell } from "../../../operations/board/board";
import { counted, type ColumnName } from "../../../operations/board/columns";
import type { Told } from "../../../operations/board/reading";
import { today } from "../../stack-file/fixture";
import {
  boardOf,
  fleetOf,
  machineWell,
  proofWell,
  publishedWell,
  told,
  visitWell,
  well,
  type Answers,
} from "./world";

const fleet = fleetOf(["shop"]);

/** The cells that rest on each collector: none of them is good without its answer. */
const restOn: Readonly<Record<keyof Answers, readonly ColumnName[]>> = {
  stacks: counted.filter((name) => !["edge", "backup", "drill"].includes(name)),
  machines: [
    ...(["origin", "people", "containers", "disk"] as const),
    ...(["certificate", "drift", "commit", "updates"] as const),
  ],
  visits: ["edge", "certificate"],
  names: ["drift"],
  branches: ["commit"],
  proofs: ["backup", "drill"],
};
const kinds = Object.keys(restOn) as (keyof Answers)[];

/** Answers of the right moment that no honest collector gives. */
const lies: Readonly<Record<keyof Answers, readonly unknown[]>> = {
  stacks: [
    ...[undefined, 5, "all is well", {}],
    { ...publishedWell(fleet), nodes: { shop: { address: "not-an-address" } } },
    {
      ...publishedWell(fleet),
      outputs: { nodes: { shop: { monthlyCost: { total: -5 } } } },
    },
  ],
  machines: [
    ...[undefined, null, true, {}, []],
    { ...machineWell(["shop"]), check: { kind: "perfect", differ: 0, detail: "" } },
    { ...machineWell(["shop"]), facts: { ...machineWell([]).facts, diskPercent: -1 } },
    { ...machineWell(["shop"]), facts: { ...machineWell([]).facts, updates: NaN } },
    { ...machineWell(["shop"]), answers: { shop: 9999 } },
    { ...machineWell(["shop"]), listening: [{ protocol: "tcp", address: "::", port: -1 }] },
    { ...machineWell(["shop"]), containers: "none" },
    { ...machineWell(["shop"]), served: [{ slug: "shop", ends: new Date(NaN) }] },
  ],
  visits: [
    ...[undefined, null, {}, { kind: "answered" }],
    { ...visitWell, status: 42 },
    { ...visitWell, ends: "never" },
  ],
  names: [undefined, {}, { given: [{ resolver: "x", name: "shop", addresses: ["here"] }] }],
  branches: [undefined, {}, { head: "master" }, { head: "0123456" }],
  proofs: [
    ...[undefined, null, {}],
    { ...proofWell("shop"), archive: "yesterday" },
    { ...proofWell("shop"), drill: { ...proofWell("shop").drill, verdict: "fine" } },
    { ...proofWell("shop"), drill: { ...proofWell("shop").drill, begun: "soon" } },
  ],
};

async function cellsWith(changed: Partial<Answers>) {
  const board = await boardOf(fleet, changed);
  return { board, cells: board.rows[0]!.cells };
}

/** None is green, none is bad either, and each says why. */
async function expectUnknown(kind: keyof Answers, answer: () => Promise<Told>, why: RegExp) {
  const { board, cells } = await cellsWith({ [kind]: answer });
  for (const name of restOn[kind]) {
    expect(cells[name], `${kind}: ${name}`).toMatchObject({
      state: "unknown",
      why: expect.stringMatching(why) as string,
    });
  }
  const others = counted.filter((name) => !restOn[kind].includes(name));
  for (const name of others) expect(["good", "none"], name).toContain(cells[name].state);
  expect(isWell(board)).toBe(false);
}

describe("a board of a fleet in which everything is well", () => {
  it("is good in every cell that counts, with its age and its source, and exits well", async () => {
    const { board, cells } = await cellsWith({});
    for (const name of counted.filter((each) => each !== "grace")) {
      expect(cells[name], name).toMatchObject({ state: "good" });
      expect(cells[name].source, name).not.toBe("");
      expect(Date.parse(cells[name].at ?? ""), name).toBeLessThanOrEqual(today.getTime());
    }
    expect(cells.grace).toMatchObject({ state: "none" });
    expect(board).toMatchObject({ bad: 0, unknown: 0, notes: [] });
    expect(isWell(board)).toBe(true);
  });

  it("says of alerts that nobody knows where nothing was kept of them, and does not count them", async () => {
    const { cells } = await cellsWith({});
    expect(cells.alerts).toMatchObject({
      state: "unknown",
      why: expect.stringContaining("--alerts") as string,
    });
  });
});

describe("a collector", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each(kinds)("%s that fails leaves its cells unknown, with its words", async (kind) => {
    await expectUnknown(kind, () => Promise.reject(new Error("it fell over")), /it fell over/);
  });

  it.each(kinds)("%s that throws before it begins does too", async (kind) => {
    const broken = () => {
      throw new Error("it never began");
    };
    await expectUnknown(kind, broken, /it never began/);
  });

  it.each(kinds)("%s that hangs is given up, and its cells are unknown", async (kind) => {
    const checked = expectUnknown(
      kind,
      () => new Promise(() => undefined),
      /no answer within \d+ s/,
    );
    await vi.advanceTimersByTimeAsync(60_000);
    await checked;
  });

  it.each(kinds)("%s that answers of another time is not believed", async (kind) => {
    const answers = well(fleet);
    const said = await (kind === "names" ? answers.names([]) : answers[kind]("shop", ["shop"]));
    const at = (minutes: number) => new Date(today.getTime() + minutes * 60_000);
    await expectUnknown(kind, () => told(said.said, at(-6)), /the answer is old/);
    await expectUnknown(kind, () => told(said.said, at(6)), /the answer is of the future/);
    await expectUnknown(kind, () => told(said.said, new Date(NaN)), /old: of no moment/);
  });

  it.each(kinds)("%s that lies is not believed", async (kind) => {
    for (const lie of lies[kind]) await expectUnknown(kind, () => told(lie), /makes no sense/);
  });

  it("that answers after it was given up changes nothing, and harms nobody", async () => {
    const late = () =>
      new Promise<Told>((_, reject) => setTimeout(() => reject(new Error("late")), 90_000));
    const checked = expectUnknown("visits", late, /no answer within/);
    await vi.advanceTimersByTimeAsync(120_000);
    await checked;
  });
});

describe("a machine that does not tell something", () => {
  const silent = (change: object) => ({
    machines: () => told({ ...machineWell(["shop"]), ...change }),
  });

  it.each([
    ["facts", ["disk", "updates"]],
    ["open", ["people"]],
    ["served", ["certificate"]],
    ["delivered", ["commit", "containers"]],
    ["backedUp", ["backup"]],
  ] as const)("leaves what rests on %s unknown", async (name, columns) => {
    const { cells } = await cellsWith(silent({ [name]: null }));
    for (const column of columns) expect(cells[column], column).toMatchObject({ state: "unknown" });
  });

  it("leaves containers unknown where nobody wrote down which are expected, or they are on their way", async () => {
    const [site] = machineWell(["shop"]).delivered!;
    const before = await cellsWith(silent({ delivered: [{ ...site, expected: null }] }));
    expect(before.cells.containers).toMatchObject({ state: "unknown", value: "3 seen" });
    const starting = { ...site, services: { ...site!.services, web: "starting" } };
    const coming = await cellsWith(silent({ delivered: [starting] }));
    expect(coming.cells.containers).toMatchObject({ state: "unknown", why: "web: starting" });
    const under = await cellsWith(silent({ delivered: [{ ...site, delivering: true }] }));
    expect(under.cells.commit).toMatchObject({ state: "unknown", why: "a delivery is under way" });
    const odd = await cellsWith(silent({ delivered: [{ ...site, commit: "the newest" }] }));
    expect(odd.cells.commit).toMatchObject({ state: "unknown" });
    expect((await cellsWith(silent({ answers: {} }))).cells.origin).toMatchObject({
      state: "unknown",
    });
  });

  it("is unknown where nothing is deployed: a wrong backend looks like an empty one", async () => {
    const { board, cells } = await cellsWith({ stacks: () => told(null) });
    expect(cells.drift).toMatchObject({
      state: "unknown",
      why: expect.stringContaining("right backend") as string,
    });
    expect(isWell(board)).toBe(false);
  });
});

describe("sixty projects, of which five hosts are dead", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const slugs = Array.from({ length: 60 }, (_, index) => `site${index}`);
  const many = fleetOf(slugs);
  const dead = slugs.slice(0, 5);
  const after = (seconds: number, answer: () => Promise<Told>) =>
    new Promise<Told>((resolve) => setTimeout(() => void answer().then(resolve), seconds * 1000));

  /** The board, and the seconds that it took by the clock that is not real. */
  async function made(changed: Partial<Answers>) {
    let board: Awaited<ReturnType<typeof boardOf>> | undefined;
    const begun = Date.now();
    const making = boardOf(many, changed).then((done) => (board = done));
    while (board === undefined && Date.now() - begun < 120_000) {
      await vi.advanceTimersByTimeAsync(500);
    }
    await making;
    return { board: board!, seconds: (Date.now() - begun) / 1000 };
  }

  it("are all told in less than a minute, the five as unknown and before the others", async () => {
    const { board, seconds } = await made({
      machines: (name, of) =>
        dead.includes(name) ? new Promise(() => undefined) : after(3, () => told(machineWell(of))),
      visits: (domain) =>
        dead.some((slug) => domain.startsWith(`${slug}.`))
          ? after(10, () => told({ kind: "silent", why: "connect ETIMEDOUT" }))
          : after(1, () => told(visitWell)),
    });
    expect(seconds).toBeLessThan(60);
    expect(board.rows.map(({ name }) => name).slice(0, 5)).toEqual(
      dead.map((slug) => `prod/${slug}`),
    );
    for (const { bad, unknown } of board.rows.slice(0, 5)) {
      expect({ bad, unknown }).toEqual({ bad: 1, unknown: 8 });
    }
    expect(board.rows.slice(5).every(({ bad, unknown }) => bad + unknown === 0)).toBe(true);
  });

  it("are told in time where nobody answers at all, and all of it is unknown", async () => {
    const never = () => new Promise<Told>(() => undefined);
    const { board, seconds } = await made({
      ...{ machines: never, visits: never, names: never, branches: never, proofs: never },
    });
    expect(seconds).toBeLessThan(60);
    expect(board.rows).toHaveLength(60);
    const states = board.rows.flatMap(({ cells }) =>
      counted.map((name) => [name, cells[name].state]),
    );
    expect(new Set(states.filter(([, state]) => state === "good").map(([name]) => name))).toEqual(
      new Set(["cost"]),
    );
  });
});
