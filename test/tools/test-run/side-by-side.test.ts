import { describe, expect, it } from "vitest";

const gigabytes = 2 ** 30;

describe("how many files run at a time", () => {
  it.each([
    ["one more than there are cores", 2, 24, 3],
    ["fewer where memory is short", 8, 10, 3],
    ["two where it holds no third", 2, 7, 2],
    ["one at the least", 2, 1, 1],
  ])("is %s", async (_, cores, free, files) => {
    const { sideBySide } = await import("../../../tools/test-run/side-by-side.mjs");
    expect(sideBySide(cores, free * gigabytes)).toBe(files);
  });
});
