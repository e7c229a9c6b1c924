import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { array, map, quote } from "../../components/machine/quote";

/** What bash makes of a program; one process for many strings. */
function bash(program: string): string[] {
  const output = execFileSync("bash", ["-s"], { input: program, maxBuffer: 1 << 26 });
  return output.toString("utf8").split("\0").slice(0, -1);
}

const hostile = [
  "",
  "'",
  "''\\''",
  "$(touch /tmp/x) `id` ${HOME} !!",
  "\n\n# not a comment\n",
  "a\tb\r\nc",
  "} </dev/null\nBERTH_END\nEOF",
  "-n",
  "~root *",
  "ключ 鍵 \u{1f511}",
];
/** Anything but NUL, which no shell word holds; half a surrogate pair is no text. */
const words = fc.array(
  fc.oneof(
    fc.constantFrom(...hostile),
    fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "")),
    fc.stringMatching(/^['"\\$`!\n ]{1,12}$/),
  ),
  { minLength: 1, maxLength: 40 },
);

describe("quoting for the shell", () => {
  it("gives every string to bash as it is", () => {
    fc.assert(
      fc.property(words, (texts) => {
        expect(bash(`printf '%s\\0' ${texts.map(quote).join(" ")}`)).toEqual(texts);
      }),
      { numRuns: 60 },
    );
  });

  it("gives arrays word by word", () => {
    fc.assert(
      fc.property(words, (texts) => {
        expect(bash(`set -u; A=${array(texts)}; printf '%s\\0' "\${A[@]}"`)).toEqual(texts);
      }),
      { numRuns: 40 },
    );
  });

  it("gives maps key by key, whatever the keys are", () => {
    fc.assert(
      fc.property(words, (texts) => {
        const keys = [...new Set(texts.filter((text) => text !== ""))];
        const entries = Object.fromEntries(keys.map((key, index) => [key, texts[index] ?? ""]));
        const asked = keys.map((key) => `key=${quote(key)}; printf '%s\\0' "\${M[$key]}"`);
        const read = bash(`set -u; declare -A M=${map(entries)}\n${asked.join("\n")}`);
        expect(read).toEqual(keys.map((key) => entries[key]));
      }),
      { numRuns: 40 },
    );
  });

  it("refuses what no word can hold, and empty keys", () => {
    expect(() => quote("a\0b")).toThrow("NUL");
    expect(() => map({ "": "x" })).toThrow("empty key");
  });
});
