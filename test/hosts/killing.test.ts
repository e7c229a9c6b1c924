import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";

import { leftoversOf, runMark } from "../../tools/test-run/leftovers";
import { killWhole } from "./killing";

describe.runIf(process.platform === "linux")("a program killed with all its children", () => {
  it("leaves none, also of those that it starts at that moment, in groups of their own", async () => {
    const mark = `killing-${process.pid}`;
    // Starts others without an end, as fast as it can; each leaves its group and would stay.
    const env = { ...process.env, [runMark]: mark };
    const script = "while :; do setsid sleep 300 & done";
    for (let round = 0; round < 5; round++) {
      const child = spawn("bash", ["-c", script], { stdio: "ignore", env });
      await expect.poll(() => leftoversOf(mark).length, { interval: 5 }).toBeGreaterThan(10);
      const ended = new Promise((resolve) => child.once("close", resolve));
      killWhole(child.pid!);
      await ended;
      expect(leftoversOf(mark)).toEqual([]);
    }
  });
});
