import { describe, expect, it } from "vitest";

import {
  candidates,
  judge,
  stageFirst,
  type Candidate,
  type Judged,
} from "../../../operations/maintain/plan";
import { seenOf, type Seen } from "../../../operations/maintain/seen";
import { machineName } from "../../../operations/fleet/fleet";
import { fleet, machine } from "../machines";

const now = new Date("2026-11-24T10:30:00Z");
const window = { days: ["tuesday"], from: "10:00", until: "11:00", timeZone: "UTC" } as const;
const due: Extract<Seen, { kind: "told" }> = {
  ...{ kind: "told", rebootNeeded: true, updates: 3, securityUpdates: 1, busy: [], ill: [] },
  well: { sites: [], web: true },
};
const well: Seen = { ...due, rebootNeeded: false, updates: 0, securityUpdates: 0 };
const candidate: Candidate = { machine: machine("kmc"), window };

describe("whose turn it is", () => {
  it("goes by environment, then by name, and leaves out whom Berth did not make", () => {
    const machines = [
      machine("kmc"),
      machine("clinic"),
      machine("portal", "stage"),
      machine("cryptsend"),
    ];
    const found = candidates([fleet(), fleet("stage")], machines);
    expect(found.map((each) => machineName(each.machine))).toEqual([
      "stage/portal",
      "prod/cryptsend",
      "prod/kmc",
    ]);
  });

  it.each<[string, Candidate, Seen, boolean, object]>([
    [
      "due and in its window",
      candidate,
      due,
      false,
      { kind: "turn", why: "3 updates (1 security), wants a reboot" },
    ],
    ["not due", candidate, well, false, { kind: "well" }],
    ["not due, and asked for by name", candidate, well, true, { kind: "well" }],
    ["without a window", { machine: machine("kmc") }, due, false, { kind: "later" }],
    [
      "without a window, asked for by name",
      { machine: machine("kmc") },
      due,
      true,
      { kind: "turn" },
    ],
    [
      "before its window",
      { ...candidate, window: { ...window, from: "10:31" } },
      due,
      false,
      { kind: "later", why: "its window is tuesday 10:31-11:00 UTC" },
    ],
    [
      "of a project that moves",
      candidate,
      { ...due, busy: ["a move of kmc"] },
      true,
      { kind: "later", why: "a move of kmc is at work" },
    ],
    [
      "with a site that does not answer",
      candidate,
      { ...due, ill: ["kmc does not answer"] },
      true,
      { kind: "held", why: "kmc does not answer" },
    ],
    [
      "that was not reached",
      candidate,
      { kind: "away", why: "not reached" },
      true,
      { kind: "held", why: "not reached" },
    ],
  ])("a machine %s", (_title, of, seen, anytime, expected) => {
    expect(judge(of, seen, now, anytime)).toMatchObject(expected);
  });

  it.each<[string, Seen, object | undefined]>([
    ["is not held up by a stage that is done", well, undefined],
    ["waits for a stage that is due", due, { kind: "later" }],
    [
      "waits for a stage that nobody reached, which a person must see to",
      { kind: "away", why: "dead" },
      { kind: "held" },
    ],
    ["waits for a stage that is not well", { ...due, ill: ["silent"] }, { kind: "held" }],
    ["is not held up by a stage that moves", { ...due, busy: ["a move"] }, undefined],
  ])("production %s", (_title, seen, expected) => {
    const stage = { machine: machine("kmc", "stage"), window };
    const judged: Judged[] = [
      { candidate: stage, seen, verdict: judge(stage, seen, now, false) },
      { candidate, seen: due, verdict: judge(candidate, due, now, false) },
    ];
    const waits = stageFirst(judged);
    if (expected === undefined) expect(waits).toBeUndefined();
    else expect(waits).toMatchObject(expected);
  });
});

describe("what a machine says of itself before a maintenance", () => {
  const said = [
    ...["owner: x/y", "uptime: 10", "disk: 5", "reboot: no", "updates: 2", "security: 0"],
    ...["answer: kmc 200", "hinders: busy a backup of kmc", "hinders: ill x_1 has no policy"],
    ...["web: open", "told: yes", ""],
  ].join("\n");

  it("is read as it was told", () => {
    expect(seenOf(machine("kmc"), said)).toEqual({
      ...{ kind: "told", rebootNeeded: false, updates: 2, securityUpdates: 0 },
      busy: ["a backup of kmc"],
      ill: ["x_1 has no policy"],
      well: { sites: ["kmc"], web: true },
    });
  });

  it("is nothing where it did not come to its end", () => {
    const cut = said.replace("told: yes\n", "");
    expect(seenOf(machine("kmc"), cut)).toEqual({ kind: "away", why: "did not tell its state" });
  });
});
