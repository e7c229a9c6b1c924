import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { program, python, run } from "./backup-parts";

const directory = mkdtempSync(join(tmpdir(), "berth-archive-"));
afterAll(() => rmSync(directory, { recursive: true }));

const pack = (content: Buffer, chunk: number) => python("pack.py", [String(chunk)], content).out;
const unpack = (archive: Buffer, ...args: string[]) =>
  run(["python3", "-I", "-B", join(program, "unpack.py"), ...args], archive);

/** lrzip as the distribution has it, on a file: from pipe to pipe it spoils what it unpacks with little memory. */
function lrzip(archive: Buffer, ...args: string[]) {
  const file = join(directory, "archive.lrz");
  writeFileSync(file, archive);
  return run(["lrzip", "-q", ...args, file]);
}

/** Content that partly repeats itself and partly does not, by pieces of many lengths. */
const contents = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 3_000 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(fc.string({ minLength: 1, maxLength: 60 }), fc.nat({ max: 4_000 }))
        .map(([line, times]) => Buffer.from(`${line}\n`.repeat(times))),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => Buffer.concat(pieces));
const chunks = fc.oneof(
  fc.integer({ min: 500, max: 70_000 }),
  fc.constantFrom(65_535, 65_536, 8 << 20),
);
const seeded = { seed: 20_261_129, numRuns: 25 };

describe("an archive that a backup wrote as a stream (R31)", () => {
  it("opens with stock lrzip -d, -t and -i and with the drill's reader, the same to the byte", () => {
    fc.assert(
      fc.property(contents, chunks, (content, chunk) => {
        const archive = pack(content, chunk);
        expect(lrzip(archive, "-d", "-o", "-").out.equals(content)).toBe(true);
        expect(lrzip(archive, "-t").code).toBe(0);
        expect(lrzip(archive, "-i").code).toBe(0);
        const own = unpack(archive);
        expect([own.code, own.err]).toEqual([0, ""]);
        expect(own.out.equals(content)).toBe(true);
      }),
      seeded,
    );
  }, 300_000);

  it.each([0, 1, 65_534, 65_535, 65_536, 131_070, 131_071])("of %i bytes opens too", (size) => {
    const content = Buffer.alloc(size, "0123456789abcdef");
    const archive = pack(content, 65_536);
    expect(lrzip(archive, "-d", "-o", "-").out.equals(content)).toBe(true);
    expect(unpack(archive).out.equals(content)).toBe(true);
  });

  it("is refused by both where it is cut off", () => {
    fc.assert(
      fc.property(
        contents,
        chunks,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (content, chunk, share) => {
          const whole = pack(content, chunk);
          const cut = whole.subarray(0, Math.floor(whole.length * share));
          expect(lrzip(cut, "-d", "-o", "-").code).not.toBe(0);
          const own = unpack(cut);
          expect(own.code).toBe(65);
          expect(own.err).toMatch(/^the archive is cut off after \d+ bytes\n$/);
        },
      ),
      seeded,
    );
  }, 300_000);

  it("is refused by both where one byte is another, or says the same all the same", () => {
    let refused = 0;
    fc.assert(
      fc.property(
        contents,
        chunks,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.integer({ min: 1, max: 255 }),
        (content, chunk, share, mask) => {
          const archive = pack(content, chunk);
          const at = Math.floor(archive.length * share);
          archive[at] = archive[at]! ^ mask;
          const stock = lrzip(archive, "-d", "-o", "-");
          // Stock lrzip leaves unread what says nothing to it: the magic's size, the checksum beside an MD5.
          if (stock.code === 0) expect(stock.out.equals(content)).toBe(true);
          const own = unpack(archive);
          if (own.code === 0) expect(own.out.equals(content)).toBe(true);
          else refused += 1;
        },
      ),
      seeded,
    );
    // Some bits of a deflated block say nothing.
    expect(refused).toBeGreaterThan(22);
  }, 300_000);

  it.each([
    [
      "what lrzip itself made",
      () => lrzip(Buffer.from("content"), "-o", "-").out,
      "unpack it by lrzip -d",
    ],
    ["an encrypted one", () => Buffer.from("age-encryption.org/v1\n-> X25519 abc\n"), "age -d"],
    [
      "no archive at all",
      () => Buffer.from("-- PostgreSQL database dump, and more than that"),
      "no lrzip archive",
    ],
    [
      "one that goes on behind its end",
      () => Buffer.concat([pack(Buffer.from("x"), 10), Buffer.of(0)]),
      "goes on",
    ],
    ["nothing", () => Buffer.alloc(0), "cut off after 0 bytes"],
  ])("%s is refused by name", (_, make, said) => {
    const own = unpack(make());
    expect(own.code).toBe(65);
    expect(own.err).toContain(said);
    expect(own.err).not.toContain("Traceback");
  });

  it("that holds more than its manifest says is refused before it fills a disk", () => {
    const archive = pack(Buffer.alloc(50_000_000), 1 << 20);
    const own = unpack(archive, "--most", "3000000");
    expect(own.code).toBe(65);
    expect(own.err).toBe("the archive holds more than 3000000 bytes\n");
    expect(own.out.length).toBeLessThanOrEqual(3_000_000);
  });
});
