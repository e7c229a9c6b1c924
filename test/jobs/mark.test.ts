import { expect, it } from "vitest";

import { isAnothers, markText, readMark } from "../../operations/jobs/mark";

const mark = { slug: "kmc", kind: "prod", digest: "0123456789ab", owner: "acme/berth" } as const;

it.each([
  ["kmc", "acme/berth"],
  ["Berth.Fleet_1", "two-words/Berth.Fleet_1"],
])("the mark of a job of %s, whose owner is %s, is read as it was written", (slug, owner) => {
  const written = { ...mark, slug, owner };
  expect(readMark(`Delivers. ${markText(written)}`)).toEqual(written);
});

it("a mark of before it said whose it is belongs to nobody else", () => {
  const { owner: _, ...before } = mark;
  const read = readMark(markText(mark).replace(" of acme/berth", ""))!;
  expect(read).toEqual(before);
  expect(isAnothers(read, "acme/berth")).toBe(false);
  expect(isAnothers(mark, "acme/berth")).toBe(false);
  expect(isAnothers(mark, "acme/other")).toBe(true);
  // What knows of no owner yet may take what says none, and nothing else.
  expect(isAnothers(mark, undefined)).toBe(true);
});

it.each([
  "",
  "[berth jobs: kmc prod 0123456789ab of acme/berth/x]",
  "[berth jobs: kmc deploy 0123456789ab]",
])("%j is no mark", (text) => expect(readMark(text)).toBeUndefined());
