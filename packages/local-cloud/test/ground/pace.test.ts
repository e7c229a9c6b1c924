import { describe, expect, it } from "vitest";

import { Pace } from "../../ground/go-program";

describe("how far a build has come", () => {
  it("reckons the rest from this machine's own pace", () => {
    let now = 0;
    const pace = new Pace(1000, () => now);
    expect(pace.words()).toBe("");
    now = 30_000;
    pace.compiled(100);
    expect(pace.words()).toBe(": 100 of 1000 packages, about 4m30s to go");
    pace.compiled(900);
    expect(pace.words()).toBe(": 1000 of 1000 packages, linking");
  });

  it("counts no more than there are, since Go says more lines than it compiles packages", () => {
    const pace = new Pace(10, () => 0);
    pace.compiled(12);
    expect(pace.words()).toBe(": 10 of 10 packages, linking");
  });
});
