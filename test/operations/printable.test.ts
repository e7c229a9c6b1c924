import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { printable, printableLine } from "../../operations/ground/printable";
import { table } from "../../operations/ground/table";

describe("text that Berth did not write", () => {
  it.each([
    ["\u001b[31mred\u001b[0m", "red"],
    ["\u001b]0;title\u0007after", "after"],
    ["\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\", "link"],
    ["\u009b2Jgone \u009d0;t\u009cx", "gone x"],
    ["\u001bPq data\u001b\\rest \u001bc", "rest "],
    ["over\rwritten\b\u0000", "overwritten"],
    ["moc.\u202eelpmaxe\u2066 zero\u200bwidth", "moc.elpmaxe zerowidth"],
    ["a\u00adb\u034fc\u3164d\ufe0fe\u{e0100}f\u2800g\uffa0", "abcdefg"],
    ["\u{e0041}tag \ud800 half", "tag  half"],
    ["two\nlines\tand é 漢 🔴", "two\nlines\tand é 漢 🔴"],
  ])("%j is %j", (text, plain) => {
    expect(printable(text)).toBe(plain);
  });

  it("never holds anything that a terminal obeys, whatever it was", () => {
    const parts = fc.constantFrom("\u001b", "[", "]", "\u009b", "8;;", "m", "\u0007", "\\", "x");
    fc.assert(
      fc.property(fc.array(fc.oneof(parts, fc.string({ unit: "binary" }))), (words) => {
        const text = printable(words.join(""));
        expect(text).not.toMatch(/(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  it("is one line of bounded length where a line is wanted, in cells of tables too", () => {
    expect(printableLine(" a\n\tb ")).toBe("a b");
    expect(printableLine("x".repeat(70_000))).toMatch(/^x{400}… \(70000 characters\)$/);
    const rows = [
      ["a\nprod/fake  closed", "\u001b[2J"],
      ["y".repeat(70_000), ""],
    ];
    const text = table(["NODE", "SEEN"], rows);
    expect(text.split("\n")).toHaveLength(3);
    expect(text.length).toBeLessThan(2_000);
  });
});
