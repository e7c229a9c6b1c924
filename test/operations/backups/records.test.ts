import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { choose } from "../../../operations/backups/choose";
import { CopyBlocks } from "../../../operations/backups/copy-blocks";
import {
  brokenChain,
  inPlace,
  readDrillKey,
  readRecord,
  sealed,
  tips,
  type Found,
  type Read,
} from "../../../operations/backups/evidence";
import { archiveKey, evidenceKey, holdingsOf, manifestKey } from "../../../operations/backups/keys";
import { prunable } from "../../../operations/backups/prune";

const directory = mkdtempSync(join(tmpdir(), "berth-records-"));
afterAll(() => rmSync(directory, { recursive: true }));
const prefix = "backups/shop/";
const day = (number: number) => new Date(Date.UTC(2026, 0, number, 3, 15));

describe("rows of a dump", () => {
  const rows = fc.array(
    fc.string({ maxLength: 12 }).map((text) => text.replaceAll(/[\n\r]|^\\\.$/g, "x")),
    { maxLength: 8 },
  );
  it("are the same in whatever pieces it comes", () => {
    fc.assert(
      fc.property(
        rows,
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (lines, sizes) => {
          const body = lines.map((line) => `${line}\n`).join("");
          const dump = `-- Dumped from database version 17.1\n-- Data for Name: "a b"; Type: TABLE DATA\n\nCOPY public."a b" (id, "x y") FROM stdin;\n${body}\\.\n\nCOPY public.none (id) FROM stdin;\n-- PostgreSQL database dump complete\n`;
          const bytes = Buffer.from(dump);
          const whole = new CopyBlocks();
          whole.add(bytes);
          const pieces = new CopyBlocks();
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = sizes[turn % sizes.length]!;
            pieces.add(bytes.subarray(at, at + size));
            at += size;
          }
          expect(pieces.blocks).toEqual(whole.blocks);
          expect(whole.blocks).toMatchObject([{ table: 'public."a b"', rows: lines.length }]);
          expect([pieces.ended, pieces.version]).toEqual([true, "17.1"]);
        },
      ),
    );
  });
});

describe("what a bucket holds", () => {
  const keys = (from: number, to: number, manifests = true) =>
    Array.from({ length: to - from + 1 }, (_, index) =>
      archiveKey(prefix, day(from + index)),
    ).flatMap((key) => [key, ...(manifests ? [manifestKey(key)] : [])]);
  const holdings = (all: readonly string[]) =>
    holdingsOf(
      prefix,
      all.map((key) => ({ key, bytes: 1 })),
    );

  it("is told by names alone, and what has another name is nobody's", () => {
    const strange = [
      "backups/shop/begun",
      "backups/shop/2026-01-01.tar.lrz",
      "backups/shop/2026-02-30T031500Z.tar.lrz",
      "backups/shop/x/2026-01-01T031500Z.tar.lrz",
    ];
    const found = holdings([...keys(2, 3), ...strange, evidenceKey(prefix, day(4))]);
    expect(found.archives.map(({ key }) => key)).toEqual([
      "backups/shop/2026-01-02T031500Z.tar.lrz",
      "backups/shop/2026-01-03T031500Z.tar.lrz",
    ]);
    expect(found.evidence).toEqual(["backups/shop/evidence/2026-01-04T031500Z.json"]);
  });

  it("loses nothing without a proof, and never the proven archive", () => {
    const all = holdings(keys(1, 30));
    const archive = (number: number) => ({
      key: archiveKey(prefix, day(number)),
      bytes: 1,
      sha256: "",
    });
    for (const verdict of ["failed", "could not run"] as const) {
      expect(prunable(all, { verdict, archive: archive(30) }, 10, day(30))).toEqual([]);
    }
    const gone = prunable(all, { verdict: "proven", archive: archive(30) }, 10, day(30));
    expect(gone).toEqual(keys(1, 19));
    // All is old but the proven one: it stays, alone.
    const late = prunable(all, { verdict: "proven", archive: archive(5) }, 10, day(99));
    expect(late).not.toContain(archive(5).key);
    expect(late).not.toContain(manifestKey(archive(5).key));
    expect(late).toHaveLength(58);
  });

  it("is stale, without manifest or of the future as it says", () => {
    const at = (all: readonly string[], now: Date) => choose(holdings(all), prefix, now).failed;
    expect(at(keys(1, 2), day(2))).toEqual([]);
    expect(at(keys(1, 2), day(4))).toEqual([expect.stringContaining("is 48 h old")]);
    expect(
      at([...keys(1, 2), ...keys(3, 3, false)], new Date(day(3).getTime() + 5_400_000)),
    ).toEqual([expect.stringContaining("has no manifest")]);
    expect(at(keys(1, 9), day(3))).toEqual([expect.stringContaining("is dated in the future")]);
    expect(at([], day(1))).toEqual(["there is no archive below backups/shop/"]);
  });
});

describe("a drill's record", () => {
  const pem = (name: string) => {
    const file = join(directory, name);
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }));
    return readDrillKey(file);
  };
  const key = pem("drill");
  const found: Found = {
    ...{ format: 1, project: "shop", environment: "prod", verdict: "proven" },
    ...{ begun: day(1).toISOString(), finished: day(1).toISOString() },
    ...{ reasons: [], differences: [], archive: null, images: [] },
    held: { bytes: 1, rows: 2, files: 3, tables: { "db/app/public.note": 2 } },
    recovery: { seconds: 1, targetMinutes: null },
    ran: { in: null, by: "ana" },
  };
  /** A chain of so many. */
  const chain = (length: number) => {
    const texts: [string, string][] = [];
    const records: Read[] = [];
    for (let number = 1; number <= length; number++) {
      const at = evidenceKey(prefix, day(number));
      const text = sealed(found, tips(records), key);
      texts.push([at, text]);
      records.push(readRecord(at, text, [key.public]));
    }
    return { texts, records };
  };

  it("is believed byte for byte, by a declared key alone", () => {
    const [[at, text]] = chain(1).texts as [[string, string]];
    expect(readRecord(at, text, [key.public]).record).toMatchObject({ verdict: "proven" });
    expect(readRecord(at, text, [pem("another").public]).why).toContain(
      "which no stack file declares",
    );
    const bytes = Buffer.from(text);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (index, change) => {
        const changed = Buffer.from(bytes);
        changed[index]! ^= change;
        expect(readRecord(at, changed.toString("utf8"), [key.public]).record).toBeUndefined();
      }),
    );
  });

  it("is believed with one spelling of its signature alone", () => {
    const [[at, text]] = chain(1).texts as [[string, string]];
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // 64 bytes are 85 letters and a third of the 86th: the next letter is read as the same bytes.
    const other = text.replace(/(.)(==")/, (_, last: string, end: string) => {
      const at = letters.indexOf(last);
      return `${letters[at ^ 1]!}${end}`;
    });
    expect(other).not.toBe(text);
    expect(readRecord(at, other, [key.public]).why).toContain("its signature does not fit");
  });

  it("is believed where it was written alone: a copy of it says nothing of another time or place", () => {
    const of = (archive: string | null): Found => ({
      ...found,
      archive: archive === null ? null : { key: archive, bytes: 1, sha256: "" },
    });
    const placed = (archive: string | null, number: number, at = prefix) => {
      const where = evidenceKey(at, day(number));
      const read = readRecord(where, sealed(of(archive), [], key), [key.public]);
      return inPlace(read, at).why;
    };
    const own = archiveKey(prefix, day(1));
    expect([placed(null, 1), placed(own, 1)]).toEqual([undefined, undefined]);
    // Later than what was found since.
    expect(placed(own, 9)).toBe("was copied here: it is of a drill at 2026-01-01T03:15:00.000Z");
    // Production's from stage, whose slug is the same.
    expect(placed(own, 1, "stage/backups/shop/")).toContain(`, of ${own}`);
  });

  it("misses those before it that are gone or others", () => {
    const { records } = chain(4);
    expect(brokenChain(records)).toEqual([]);
    expect(brokenChain(records.toSpliced(1, 1))).toEqual([expect.stringContaining("is gone")]);
    const other = { ...records[1]!, sha256: "0".repeat(64) };
    expect(brokenChain(records.toSpliced(1, 1, other))).toEqual([
      expect.stringContaining("was changed after"),
    ]);
    expect(brokenChain(records.slice(1))).toEqual([expect.stringContaining("is gone")]);
  });
});
