import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { CopyBlocks } from "../../../operations/backups/copy-blocks";
import { OnlyRows, readSpelled } from "../../../operations/backups/only-rows";

const block = (table: string, rows: readonly string[]) =>
  `-- Data for Name: x; Type: TABLE DATA\n\nCOPY ${table} (id) FROM stdin;\n${rows.map((row) => `${row}\n`).join("")}\\.\n\n`;

/** A dump, cut into pieces of these sizes, with the rows of one table alone. */
async function sifted(dump: string, sizes: readonly number[], name: string): Promise<string> {
  const bytes = Buffer.from(dump);
  const pieces = (async function* () {
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const size = sizes[turn % sizes.length]!;
      yield Promise.resolve(bytes.subarray(at, at + size));
      at += size;
    }
  })();
  const out: Buffer[] = [];
  for await (const each of new OnlyRows({ schema: "public", name }).pass(pieces)) out.push(each);
  return Buffer.concat(out).toString("utf8");
}

describe("a dump of which one table has its rows", () => {
  const row = fc.string({ maxLength: 12 }).map((text) => text.replaceAll(/[\n\r]|^\\\.$/g, "x"));

  it("keeps every statement and those rows, in whatever pieces it comes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row),
        fc.array(row),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        async (ones, others, sizes) => {
          const dump = (first: readonly string[], second: readonly string[]) =>
            `-- Dumped from database version 17.1\n${block("public.one", first)}${block('public."a ""b"', second)}SELECT 1;\n-- PostgreSQL database dump complete\n`;
          const whole = dump(ones, others);
          expect(await sifted(whole, sizes, "one")).toBe(dump(ones, []));
          expect(await sifted(whole, sizes, 'a "b')).toBe(dump([], others));
          expect(await sifted(whole, sizes, "none")).toBe(dump([], []));
        },
      ),
    );
  });

  it("takes a block that a function's text only looks like for none, and rows of any length", async () => {
    const text = "CREATE FUNCTION f() AS $$\nCOPY public.two (id) FROM stdin;\n$$;\n";
    const long = "y".repeat(3_000_000);
    const dump = `${text}${block("public.one", [long])}${block("public.two", [long, "z"])}`;
    const kept = await sifted(dump, [65_536], "two");
    expect(kept).toBe(`${text}${block("public.one", [])}${block("public.two", [long, "z"])}`);
    const blocks = new CopyBlocks();
    blocks.add(Buffer.from(kept));
    expect(blocks.blocks.map(({ rows }) => rows)).toEqual([0, 2]);
  });

  it("knows where rows begin, whatever signs and line ends names hold", async () => {
    const odd = 'public."Orders (old)"';
    const columns = '"Head (of) FROM stdin;", "two\nlines"';
    const dump = `${block("public.one", ["1"])}${block(odd, ["2"]).replace("(id)", `(${columns})`)}-- Data for Name: bare\n\nCOPY public.bare  FROM stdin;\n\n\\.\n`;
    const blocks = new CopyBlocks();
    for (const byte of Buffer.from(dump)) blocks.add(Buffer.of(byte));
    expect(blocks.blocks.map(({ table, rows }) => [table, rows])).toEqual([
      ["public.one", 1],
      [odd, 1],
      ["public.bare", 1],
    ]);
    const kept = await sifted(dump, [7], "Orders (old)");
    expect(kept).toBe(dump.replace("stdin;\n1\n", "stdin;\n").replace("stdin;\n\n", "stdin;\n"));
  });

  it("knows a table by its name, however the dump spells it", () => {
    expect(readSpelled("public.note")).toEqual({ schema: "public", name: "note" });
    expect(readSpelled('"Odd"."a ""b.c"')).toEqual({ schema: "Odd", name: 'a "b.c' });
    expect(readSpelled("note")).toBeUndefined();
  });
});
