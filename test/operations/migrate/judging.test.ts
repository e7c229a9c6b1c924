import { describe, expect, it } from "vitest";

import type { Change, Preview } from "../../../engine/preview";
import { survey } from "../../../operations/migrate/answers";
import { instructionLevel } from "../../../operations/migrate/instructions";
import { later, type Journal } from "../../../operations/migrate/journal";
import { besidesNames } from "../../../operations/migrate/name-changes";
import {
  expectedInterruption,
  judge as judgeBy,
  type Both,
} from "../../../operations/migrate/plan";
import { withLine } from "../../../operations/migrate/project-line";
import { resolversOf } from "../../../operations/migrate/resolvers";
import { standstill } from "../../../operations/migrate/standstill";
import { surveyed } from "./pair";

const old = survey.parse(surveyed);
const judge = (both: Omit<Both, "way">) => judgeBy({ ...both, way: "replication" });
const byDump = (both: Omit<Both, "way">) => judgeBy({ ...both, way: "dump" });
const v2 = ["cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"];
const v3 = [...v2, "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "xsave"];

describe("the plan", () => {
  it("finds nothing wrong between two machines that are alike", () => {
    expect(judge({ old, new: old, delivered: true }).problems).toEqual([]);
  });

  it("names the level of instructions that the new processor lacks", () => {
    const cpu = (flags: string[]) => ({ arch: "x86_64", flags });
    expect(instructionLevel(cpu([]))).toBe(1);
    expect(instructionLevel(cpu(v2))).toBe(2);
    expect(instructionLevel(cpu(v3))).toBe(3);
    expect(instructionLevel({ arch: "aarch64", flags: [] })).toBeUndefined();
    const [problem] = judge({
      old: { ...old, cpu: cpu(v3) },
      new: { ...old, cpu: cpu(v2) },
      delivered: true,
    }).problems;
    expect(problem).toMatch(/x86-64-v3, the new one's those of v2 alone/);
    expect(
      judge({ old: { ...old, cpu: cpu(v2) }, new: { ...old, cpu: cpu(v3) }, delivered: true })
        .problems,
    ).toEqual([]);
  });

  it("takes by dump what cannot follow, and nothing that could not be loaded", () => {
    const [db] = old.databases;
    const of = (more: object) => ({ ...old, databases: [{ ...db!, ...more }] });
    const mongo = of({ kind: "mongodb", major: null, unmovable: ["moves by dump and restore"] });
    expect(judge({ old: mongo, new: mongo, delivered: true }).problems).toEqual([
      "db is MongoDB, which moves by dump and restore: see how long that takes, and what it has not: --by dump --plan",
    ]);
    expect(byDump({ old: mongo, new: mongo, delivered: true }).problems).toEqual([]);
    const newer = of({ major: 18, imageId: "sha256:2", collation: null });
    expect(judge({ old, new: newer, delivered: true }).problems).toHaveLength(1);
    expect(byDump({ old, new: newer, delivered: true }).problems).toEqual([]);
    expect(byDump({ old: newer, new: old, delivered: true }).problems).toEqual([
      "db: is of version 18 on the old machine and 17 on the new one, which does not load what a newer one dumped: pin the image in the compose file",
    ]);
    expect(byDump({ old, new: mongo, delivered: true }).problems).toEqual([
      "db: the new machine has no such database after the delivery",
    ]);
    const stopped = of({ status: "exited" });
    expect(byDump({ old: stopped, new: old, delivered: true }).problems).toEqual([
      "db: the database is exited; start it",
    ]);
    const other = of({ kind: "other", image: "mysql:8" });
    expect(byDump({ old: other, new: other, delivered: true }).problems[0]).toContain(
      "db (mysql:8) is a database that nobody here can dump",
    );
    const arm = { ...old, cpu: { arch: "aarch64", flags: [] } };
    expect(judge({ old, new: arm, delivered: true }).problems).toHaveLength(1);
    expect(byDump({ old, new: arm, delivered: true }).problems).toEqual([]);
  });

  it("takes nothing along while data would stay behind, whichever way it goes", () => {
    const media = { what: "/srv/media", reason: "is outside of the project" };
    const [db] = old.databases;
    const both = (data: boolean, slots: string[] = []) => {
      const there = { ...old, leftOut: [{ ...media, data }], databases: [{ ...db!, slots }] };
      return { old: there, new: old, delivered: true };
    };
    for (const by of [judge, byDump]) {
      expect(by(both(true)).problems).toEqual([
        "/srv/media would stay on the old machine: is outside of the project",
      ]);
      expect(by(both(false)).problems).toEqual([]);
      expect(by(both(false)).notes).toContain(
        "/srv/media would stay on the old machine: is outside of the project",
      );
      expect(by(both(false, ["reports"])).problems).toEqual([
        "db: the replication slot reports stays behind, and who reads by it: end that, drop it (SELECT pg_drop_replication_slot('reports')) and begin it anew on the new machine",
      ]);
    }
  });

  it("turns visitors away where a dump takes longer than a request can wait, and gives it time", () => {
    const small = standstill(old, 1);
    expect(small).toMatchObject({ closed: false });
    expect(small.seconds).toBeGreaterThan(2 * small.expected);
    const [db] = old.databases;
    const large = standstill({ ...old, databases: [{ ...db!, bytes: 10 ** 10 }] }, 1);
    expect(large.closed).toBe(true);
    expect(large.seconds).toBeGreaterThan(large.expected);
    const huge = standstill({ ...old, databases: [{ ...db!, bytes: 10 ** 13 }] });
    expect(huge.seconds).toBe(6 * 3600);
  });

  it("compares no images before the version is there", () => {
    const empty = { ...old, commit: null, databases: [] };
    expect(judge({ old, new: empty, delivered: false }).problems).toEqual([]);
    expect(judge({ old, new: empty, delivered: true }).problems).toEqual([
      "db: the new machine has no such database after the delivery",
    ]);
  });

  it("tells a smaller memory and who writes, and stops nobody for it", () => {
    const { problems, notes } = judge({ old, new: { ...old, memory: 1024 ** 3 }, delivered: true });
    expect(problems).toEqual([]);
    expect(notes).toEqual([
      "db is written by shop: all are stopped with its server",
      "memory: the new machine has 1.0 GiB, the old one 4.0 GiB",
    ]);
  });

  it("names what acts by itself, and says where that is a guess", () => {
    const acting = { services: ["beat", "worker"], guessed: true };
    const notes = (guessed: boolean) =>
      judge({ old: { ...old, acting: { ...acting, guessed } }, new: old, delivered: true }).notes;
    expect(notes(true)[1]).toMatch(/^beat, worker act by themselves and start when .* \(a guess/);
    expect(notes(false)[1]).toMatch(/^beat, worker act by themselves and start when [^(]*$/);
  });

  it("expects the interruption by what was measured where something was", () => {
    expect(expectedInterruption(old)).toBe(4.5);
    expect(expectedInterruption(old, 0.4)).toBe(4.4);
  });
});

describe("an update that leads names", () => {
  const urn = (type: string, name: string) => `urn:pulumi:prod::berth::${type}::${name}`;
  const change = (type: string, name: string, fate: string, parent = "", custom = true) =>
    ({
      ...{ urn: urn(type, name), type, name, fate, replaceKeys: [], diffs: [] },
      after: { urn: urn(type, name), inputs: {}, outputs: {}, id: "", parent, custom },
    }) as unknown as Change;
  const record = "cloudflare:index/dnsRecord:DnsRecord";
  const names = (slug: string) => change("berth:index:ProjectNames", slug, "same", "", false);
  const pulls = change("berth:edge:OriginPulls", "shop-origin-pulls", "same", "", false);
  const besides = (...changes: Change[]) => besidesNames({ changes } as unknown as Preview, "shop");

  it("may update the project's own records and have the edge demanded anew", () => {
    const parent = names("shop");
    expect(
      besides(
        parent,
        change(record, "shop-primary", "update", parent.urn),
        change(record, "shop-origin", "update", parent.urn),
        pulls,
        change("command:remote:Command", "shop-origin-pulls-demanded", "replace", pulls.urn),
      ),
    ).toEqual([]);
  });

  it("may bring the backups of the machine that serves no more to an end, where that is expected", () => {
    const command = "command:remote:Command";
    const consequences = [
      change(command, "shop-converge", "update"),
      change(command, "shop-shop-backup-delivered", "delete"),
      change(command, "shop-shop-first-archive", "delete"),
    ];
    const preview = { changes: consequences } as unknown as Preview;
    expect(besidesNames(preview, "shop", "shop")).toEqual([]);
    expect(besidesNames(preview, "shop")).toHaveLength(3);
    expect(besidesNames(preview, "shop", "club")).toHaveLength(3);
    const replaced = { changes: [change(command, "shop-converge", "replace")] };
    expect(besidesNames(replaced as unknown as Preview, "shop", "shop")).toHaveLength(1);
  });

  it("may have the project's jobs follow it to its new machine, and no other's", () => {
    const local = "command:local:Command";
    const of = (slug: string) =>
      ({
        changes: [
          change(local, `${slug}-jobs`, "update"),
          change(local, `${slug}-first-run`, "create"),
        ],
      }) as unknown as Preview;
    expect(besidesNames(of("shop"), "shop")).toEqual([]);
    expect(besidesNames(of("club"), "shop")).toHaveLength(2);
    const ended = { changes: [change(local, "shop-jobs", "delete")] } as unknown as Preview;
    expect(besidesNames(ended, "shop")).toHaveLength(1);
    const again = { changes: [change(local, "shop-first-run", "update")] } as unknown as Preview;
    expect(besidesNames(again, "shop")).toHaveLength(1);
  });

  it.each([
    ["another project's record", change(record, "club-primary", "update", names("club").urn)],
    ["a record of its own that goes", change(record, "shop-www", "delete", names("shop").urn)],
    ["a record of its own that is new", change(record, "shop-www", "create", names("shop").urn)],
    ["a machine", change("scaleway:index/server:Server", "shop-server", "update")],
    ["a thing that only sounds like its own", change(record, "shop-primary", "update")],
  ])("may do nothing else: %s", (_, other) => {
    expect(besides(names("shop"), names("club"), other)).toEqual([
      `${other.fate} ${other.type} ${other.name}`,
    ]);
  });
});

describe("a line of a stack file", () => {
  const file = "Pulumi.prod.yaml";
  const line = { slug: "shop", key: "servedBy", value: "prod-b" } as const;

  it("is changed where it stands, and taken out with nothing else", () => {
    const text =
      "config:\n  berth:projects:\n    shop:\n      servedBy: prod-a # since May\n      domain: x\n";
    const changed = withLine(text, line, file);
    expect(changed).toBe(
      "config:\n  berth:projects:\n    shop:\n      servedBy: prod-b\n      domain: x\n",
    );
    expect(withLine(changed, { slug: "shop", key: "servedBy" }, file)).toBe(
      "config:\n  berth:projects:\n    shop:\n      domain: x\n",
    );
  });

  it("is written after an entry of several lines, in a file without a last line end", () => {
    const text =
      "config:\n  berth:projects:\n    shop:\n      domain: x\n      access:\n        - a\n        - b";
    expect(withLine(text, line, file)).toBe(`${text}\n      servedBy: prod-b`);
  });

  it.each([
    ["a flow mapping", "config:\n  berth:projects:\n    shop: { domain: x }\n"],
    ["an alias", "config:\n  berth:projects:\n    club: &a\n      domain: x\n    shop: *a\n"],
    ["no such project", "config:\n  berth:projects:\n    club:\n      domain: x\n"],
  ])("is left to a person in %s", (_, text) => {
    expect(() => withLine(text, line, file)).toThrow(/write `servedBy: prod-b` there by hand/);
  });
});

describe("two copies of a journal", () => {
  const journal = (more: Partial<Journal>) =>
    ({ move: "1", revision: 1, state: "moving", begun: "2026-11-29", ...more }) as Journal;

  it.each([
    ["the later write of one move", journal({ revision: 2 }), journal({ revision: 1 })],
    [
      "a move at work before one that ended",
      journal({}),
      journal({ move: "2", state: "ended", begun: "2026-11-30" }),
    ],
    [
      "the later of two that ended",
      journal({ state: "ended", begun: "2026-11-30" }),
      journal({ move: "2", state: "ended" }),
    ],
  ])("%s counts, whichever machine has it", (_, wanted, other) => {
    expect(later(wanted, other)).toBe(wanted);
    expect(later(other, wanted)).toBe(wanted);
    expect(later(undefined, wanted)).toBe(wanted);
  });
});

it("asks the resolvers that are given, and refuses what is no address", () => {
  expect(resolversOf({ BERTH_RESOLVERS: "192.0.2.1, 192.0.2.2:5353" })).toEqual([
    "192.0.2.1",
    "192.0.2.2:5353",
  ]);
  expect(() => resolversOf({ BERTH_RESOLVERS: "dns.example" })).toThrow(/"dns.example" is no IPv4/);
});
