import { describe, expect, it } from "vitest";

import { prunableCopies } from "../../../operations/backups/state/manifest";

describe("copies of the state that may go after a proof", () => {
  const prefix = "backups/berth-state/";
  const copy = (date: string) =>
    ["prod.json.age", "stage.json.age", "manifest.json"].map((end) => `${prefix}${date}.${end}`);
  const [old, older, young] = ["2026-10-01T020000Z", "2026-09-01T020000Z", "2026-11-20T020000Z"];
  const now = new Date("2026-11-30T02:00:00Z");
  const among = (keys: readonly string[], proven: string) =>
    prunableCopies(
      prefix,
      keys.map((key) => ({ key, bytes: 1 })),
      { proven: `${prefix}${proven}.manifest.json`, keepDays: 35, now },
    );

  it("are the old ones, their manifests first: what a cut leaves is no copy", () => {
    const all = [...copy(old!), ...copy(older!), ...copy(young!)];
    const gone = among(all, young!);
    expect(gone.slice(0, 2)).toEqual([old, older].map((date) => `${prefix}${date}.manifest.json`));
    expect([...gone].sort()).toEqual([...copy(old!), ...copy(older!)].sort());
  });

  it("are never the proven one's, however old it is, nor what no copy wrote", () => {
    const others = [`${prefix}evidence/2026-09-01T020000Z.json`, `${prefix}notes.txt`];
    expect(among([...copy(old!), ...others], old!)).toEqual([]);
  });

  it("are the rest of one that was cut off before", () => {
    const [rest] = copy(older!);
    expect(among([rest!, ...copy(young!)], young!)).toEqual([rest]);
  });
});
