import { describe, expect, it } from "vitest";

import { pick } from "../../../operations/backups/archives";
import { archiveKey, holdingsOf, manifestKey } from "../../../operations/backups/keys";
import type { Store } from "../../../operations/backups/store";

const prefix = "backups/shop/";
const now = new Date("2026-11-30T12:00:00Z");

/** The date of the archive that is taken of these. */
async function picked(dates: readonly string[], at?: string): Promise<string> {
  const keys = dates.map((date) => archiveKey(prefix, new Date(date)));
  const listed = keys.flatMap((key) => [key, manifestKey(key)]).map((key) => ({ key, bytes: 9 }));
  const inside = { format: 1, project: "shop", environment: "prod", begun: "", finished: "" };
  const more = { seconds: 1, consistency: "snapshot", tools: {}, databases: [], files: [] };
  const store = {
    place: { prefix } as Store["place"],
    text: (manifest: string) => {
      const key = keys.find((each) => manifestKey(each) === manifest);
      const archive = { key, bytes: 9, sha256: "0".repeat(64) };
      return Promise.resolve(JSON.stringify({ ...inside, ...more, left_out: [], archive }));
    },
  };
  const { archive } = await pick(store, holdingsOf(prefix, listed), now, at);
  return archive.at.toISOString().slice(0, 10);
}

describe("the archive that is restored", () => {
  it("is the newest, and none of a day to come, which a stolen key could have written", async () => {
    expect(await picked(["2026-11-28", "2026-11-29"])).toBe("2026-11-29");
    expect(await picked(["2026-11-28", "2026-11-29", "2099-01-01"])).toBe("2026-11-29");
    // Clocks differ.
    expect(await picked(["2026-11-29", "2026-11-30T12:30:00Z"])).toBe("2026-11-30");
  });

  it("is the one of a date, whatever date that is", async () => {
    expect(await picked(["2026-11-28", "2026-11-29"], "2026-11-28")).toBe("2026-11-28");
    expect(await picked(["2026-11-29", "2037-01-01"], "2037")).toBe("2037-01-01");
  });

  it("is asked for where there is none but of days to come", async () => {
    await expect(picked(["2037-01-01"])).rejects.toThrow("there are: 2037-01-01T000000Z");
  });
});
