import { describe, expect, it } from "vitest";

import { isWell } from "../../../operations/board/board";
import { counted, type ColumnName } from "../../../operations/board/columns";
import { terminal } from "../../../operations/board/terminal";
import {
  ago,
  boardOf,
  fleetOf,
  machineWell,
  namesWell,
  proofWell,
  publishedWell,
  told,
  visitWell,
  type Answers,
} from "./world";

const other = "f".repeat(40);
const site = machineWell(["shop"]).delivered![0]!;
const machine = (change: object): Partial<Answers> => ({
  machines: (_, slugs) => told({ ...machineWell(slugs), ...change }),
});
const proof = (change: object): Partial<Answers> => ({
  proofs: (slug) => told({ ...proofWell(slug), ...change }),
});
const drill = (change: object) => proof({ drill: { ...proofWell("shop").drill, ...change } });
const facts = machineWell([]).facts!;

/** Every column with what can go wrong in it, and what is said then. */
const troubles: readonly (readonly [ColumnName, string, Partial<Answers>, RegExp])[] = [
  [
    "edge",
    "nobody answers",
    { visits: () => told({ kind: "silent", why: "ECONNREFUSED" }) },
    /ECONNREFUSED/,
  ],
  [
    "edge",
    "an error is answered",
    { visits: () => told({ ...visitWell, status: 502 }) },
    /no page/,
  ],
  [
    "edge",
    "visitors are turned away",
    { visits: () => told({ ...visitWell, status: 403 }) },
    /no page/,
  ],
  [
    "edge",
    "the health leads elsewhere",
    { visits: () => told({ ...visitWell, status: 302 }) },
    /no page/,
  ],
  ["origin", "nothing answers", machine({ answers: { shop: 0 } }), /berth logs shop/],
  ["origin", "an error is answered", machine({ answers: { shop: 500 } }), /berth logs shop/],
  ["backup", "it is old", proof({ archive: ago(27) }), /26 h are allowed; berth backup shop/],
  ["backup", "there is none", proof({ archive: null }), /has no archive/],
  [
    "backup",
    "the last attempt failed, however young the archive is",
    machine({
      backedUp: [
        {
          slug: "shop",
          last: { at: ago(1), verdict: "failed", why: "disk full" },
          lastTaken: { at: ago(5), verdict: "taken" },
        },
      ],
    }),
    /failed: disk full/,
  ],
  ["drill", "it is old", drill({ begun: ago(9 * 24) }), /8 days are allowed/],
  ["drill", "it failed", drill({ verdict: "failed", reasons: ["lost 2 rows"] }), /lost 2 rows/],
  [
    "drill",
    "it could not run",
    drill({ verdict: "could not run", reasons: ["no image"] }),
    /no image/,
  ],
  ["drill", "there was none", proof({ drill: null }), /was never drilled/],
  ["drill", "its record is another project's", drill({ project: "club" }), /is of club/],
  ["drill", "a record is gone", proof({ broken: ["a.json: is gone"] }), /a.json: is gone/],
  ["people", "somebody else can come in", machine({ open: ["account eve"] }), /open: account eve/],
  [
    "containers",
    "one is missing",
    machine({ delivered: [{ ...site, services: { web: "healthy", db: "running" } }] }),
    /migrate: has no container/,
  ],
  [
    "containers",
    "one is unwell",
    machine({ delivered: [{ ...site, services: { ...site.services, web: "unhealthy" } }] }),
    /web: unhealthy/,
  ],
  [
    "containers",
    "one ended badly",
    machine({ delivered: [{ ...site, running: false }] }),
    /migrate: exited/,
  ],
  ["disk", "it is full", machine({ facts: { ...facts, diskPercent: 91 } }), /from 85% on/],
  [
    "certificate",
    "the visitors' ends soon",
    { visits: () => told({ ...visitWell, ends: ago(-24 * 3) }) },
    /should have been renewed/,
  ],
  [
    "certificate",
    "the origin's ends soon",
    machine({ served: [{ slug: "shop", ends: new Date(ago(-24 * 20)) }] }),
    /ends in 20 days/,
  ],
  ["certificate", "the origin has none", machine({ served: [] }), /serves no certificate/],
  [
    "drift",
    "something differs",
    machine({ check: { kind: "drift", differ: 2, detail: "file: /etc/x" } }),
    /\/etc\/x; berth converge/,
  ],
  [
    "drift",
    "the check failed",
    machine({ check: { kind: "failed", differ: 1, detail: "apt: locked" } }),
    /apt: locked/,
  ],
  [
    "drift",
    "it is another stack's",
    machine({ check: { kind: "refused", differ: 1, detail: "owner: x" } }),
    /owner: x/,
  ],
  [
    "drift",
    "a port is open that nobody declared",
    machine({
      listening: [
        ...machineWell([]).listening!,
        { protocol: "tcp", address: "0.0.0.0", port: 5432 },
      ],
    }),
    /tcp 0\.0\.0\.0:5432 listens and is not declared/,
  ],
  [
    "drift",
    "a container is there that was not delivered",
    machine({
      containers: [{ name: "miner", image: "sha256:x", status: "running", oneOff: false }],
    }),
    /container miner \(running\) is of no project/,
  ],
  [
    "drift",
    "a service runs another image",
    machine({
      containers: machineWell(["shop"]).containers!.map((each) => ({
        ...each,
        ...(each.service === "web" ? { image: "sha256:other" } : {}),
      })),
    }),
    /shop: web runs another image than was delivered/,
  ],
  [
    "drift",
    "a name leads elsewhere",
    {
      names: (wanted) =>
        told({
          given: namesWell(wanted).given.map((each) => ({ ...each, addresses: ["203.0.113.9"] })),
        }),
    },
    /shop\.example\.org leads to 203\.0\.113\.9, not to Cloudflare's edge/,
  ],
  [
    "commit",
    "it is not the head",
    { branches: () => told({ head: other }) },
    /the branch is at f{12}/,
  ],
  ["commit", "the branch is gone", { branches: () => told({ head: null }) }, /no such branch/],
  [
    "commit",
    "nothing is delivered",
    machine({ delivered: [{ ...site, commit: null, verdict: null }] }),
    /berth deploy shop/,
  ],
  [
    "commit",
    "the last delivery failed",
    machine({ delivered: [{ ...site, verdict: "failed" }] }),
    /the last delivery: failed/,
  ],
  [
    "updates",
    "a reboot is wanted",
    machine({ facts: { ...facts, rebootNeeded: true } }),
    /wants a reboot/,
  ],
];

describe("a trouble", () => {
  const fleet = fleetOf(["shop"]);

  it.each(troubles)("of the column %s is bad: %s", async (column, _, changed, why) => {
    const board = await boardOf(fleet, changed);
    const cell = board.rows[0]!.cells[column];
    expect(cell).toMatchObject({ state: "bad" });
    expect(cell.why).toMatch(why);
    expect(isWell(board)).toBe(false);
    expect(terminal(board, false)).toMatch(why);
    const others = counted.filter((name) => name !== column);
    const alsoBad = others.filter((name) => board.rows[0]!.cells[name].state === "bad");
    expect(alsoBad).toEqual([]);
  });

  it("of a price that nobody published, or of long ago, is unknown", async () => {
    const { outputs, ...state } = publishedWell(fleet);
    const priced = (monthlyCost: object | undefined) => ({
      stacks: () =>
        told({
          ...state,
          outputs: { ...outputs, nodes: { shop: { projects: ["shop"], monthlyCost } } },
        }),
    });
    const costOf = async (changed: Partial<Answers>) =>
      (await boardOf(fleet, changed)).rows[0]!.cells.cost;
    expect(await costOf(priced(undefined))).toMatchObject({ state: "unknown" });
    expect(await costOf(priced({ total: 5, currency: "EUR", asOf: "2026-01-01" }))).toMatchObject({
      state: "unknown",
      value: "5.00 EUR a month",
    });
    expect(await costOf(priced({ total: 5, currency: "EUR", asOf: "never" }))).toMatchObject({
      state: "unknown",
    });
  });

  it("of every column has a case, but for cost, which is known or not, and grace, which has its own", () => {
    const planted = new Set(troubles.map(([column]) => column));
    expect(counted.filter((name) => !planted.has(name))).toEqual(["grace", "cost"]);
  });
});
