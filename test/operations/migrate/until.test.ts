import { expect, it } from "vitest";

import { Clone, pairOf } from "./fleet";

const argv = ["shop", "--to", "stage-b"];

it("stops where it is told to, however often, and by dump at a step that only the other way has", async () => {
  for (const by of [[], ["--by", "dump"]]) {
    const other = pairOf();
    const clone = new Clone();
    for (const until of ["backup", "backup", "files", "ready", "ready"]) {
      other.revive(0);
      const done = await clone.run(other, ...argv, ...by, "--until", until);
      expect(done, done.said).toMatchObject({ code: 0 });
      expect(other.calls.filter((call) => / (hold|freeze) shop/.test(call))).toEqual([]);
      expect(other.lost().serving).toBe("old");
    }
    clone.remove();
  }
});
