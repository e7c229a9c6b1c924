import { describe, expect, it } from "vitest";

import { assemble, only } from "../../../operations/board/assemble";
import { gather } from "../../../operations/board/gather";
import { terminal } from "../../../operations/board/terminal";
import { hostStack, parse, prod, today } from "../../stack-file/fixture";
import {
  ago,
  asking,
  boardOf,
  fleetOf,
  head,
  machineWell,
  proofWell,
  publishedWell,
  told,
  visitWell,
  well,
  type Answers,
} from "./world";

const facts = machineWell([]).facts!;

describe("a machine that serves nobody any more", () => {
  const input = { ...hostStack(), config: { ...hostStack().config, projects: { cryptsend: {} } } };
  const old = parse({
    ...prod(),
    config: {
      ...prod().config,
      projects: {
        cryptsend: { domain: "cryptsend.io", access: ["everyone"], servedBy: "prod-b", backup: {} },
      },
      nodes: {},
    },
    stackFiles: { "prod-b": input.config },
  });
  const now = parse({ ...input, stackFiles: { prod: prod().config } });

  async function rowsOf(idleSince: string | undefined) {
    const answers = well(old);
    const collectors = asking(old, answers);
    const findings = await gather({
      ...{ project: "berth", fleets: [old, now], parallel: 4 },
      collectors: {
        ...collectors,
        stacks: {
          ...collectors.stacks,
          ask: (stack) => {
            const fleet = stack === "prod" ? old : now;
            const state = publishedWell(fleet);
            const nodes = state.outputs!.nodes;
            for (const node of stack === "prod" ? Object.values(nodes) : []) {
              if (idleSince !== undefined) node.idleSince = idleSince;
            }
            return told(state);
          },
        },
      },
      time: { now: () => today, until: Date.now() + 5_000 },
    });
    return assemble({ project: "berth", findings, unread: [], now: today, seconds: 1 }).rows;
  }

  it("has a row of its own, with the end of its grace: bad once that is over (R74)", async () => {
    const rows = await rowsOf(ago(24 * 3));
    expect(rows.map(({ name, machine: on }) => [name, on]).sort()).toEqual([
      ["prod/cryptsend (machine)", "prod/cryptsend"],
      ["prod/cryptsend", "prod-b/cryptsend"],
    ]);
    const idle = (all: typeof rows) =>
      all.find(({ machine: on }) => on === "prod/cryptsend")!.cells;
    expect(idle(rows).grace).toMatchObject({ state: "good", value: "until 2026-11-25" });
    expect(idle(rows).edge).toMatchObject({ state: "none" });
    expect(idle(await rowsOf(ago(24 * 8))).grace).toMatchObject({
      state: "bad",
      value: "over since 2026-11-20",
    });
    expect(idle(await rowsOf(undefined)).grace).toMatchObject({ state: "none" });
  });
});

describe("the order of rows", () => {
  const slugs = ["aa", "bb", "cc", "dd", "ee", "ff"];
  const fleet = fleetOf(slugs, { ee: "ee-acme" });
  const changed: Partial<Answers> = {
    visits: (domain) => told(domain.startsWith("ff.") ? { ...visitWell, status: 500 } : visitWell),
    machines: (name, of) => {
      if (name === "dd") return Promise.reject(new Error("dead"));
      const said = machineWell(of);
      if (name === "bb") return told({ ...said, facts: { ...facts, rebootNeeded: true } });
      if (name === "cc")
        return told({
          ...said,
          open: ["account eve"],
          check: { kind: "drift", differ: 1, detail: "x" },
        });
      return told(said);
    },
    proofs: (slug) =>
      told({ ...proofWell(slug), ...(slug === "ee-acme" || slug === "ee" ? { drill: null } : {}) }),
  };

  it("is worst first: by the gravest column, bad before unknown before good", async () => {
    const board = await boardOf(fleet, changed);
    expect(board.rows.map(({ name }) => name)).toEqual([
      "prod/ff",
      "prod/ee",
      "prod/cc",
      "prod/bb",
      "prod/dd",
      "prod/aa",
    ]);
    expect(board.clients).toMatchObject([{ client: "acme", rows: 1, bad: 1, unknown: 0 }]);
    expect(board.rows[1]).toMatchObject({ client: "acme", machine: "prod/ee-acme" });
    const some = only(board, ({ name }) => name === "prod/aa");
    expect(some).toMatchObject({ bad: 0, unknown: 0, clients: [], notes: board.notes });
  });

  it("is the terminal's too, with a mark in each cell, and each trouble with its age and source", async () => {
    const text = terminal(await boardOf(fleet, changed), false);
    const lines = text.split("\n");
    expect(lines[0]).toMatch(/^PROJECT +EDGE +ORIGIN +BACKUP +DRILL /);
    expect(lines[1]).toMatch(/^prod\/ff +BAD +ok +ok +ok /);
    expect(lines[5]).toMatch(/^prod\/dd +ok +\? +ok +ok +\? /);
    expect(lines[6]).toMatch(/^prod\/aa( +(ok|-))+ +\?$/);
    expect(text).toContain(
      "  BAD  Site through the edge: 500: visitors get no page [https://ff.example.org/, now]",
    );
    expect(text).toContain("  BAD  Restore drill: never: was never drilled; berth drill ee");
    expect(text).not.toContain("prod/aa on");
    expect(text).toContain(
      "alerts does not count: only where --alerts names what was kept does anybody know",
    );
    const whole = terminal(await boardOf(fleet, changed), true);
    expect(whole).toContain(
      `  ok   Running commit: ${head.slice(0, 12)} [prod/aa itself, and master of git@git.example:aa.git, 30 h]`,
    );
  });
});
