import { expect, it } from "vitest";

import { repository } from "../../rehearsal/paths";
import { berth, contextOf } from "../../operations/berth";

it("a clock that may not be injected is refused in words, by the command that needs it", async () => {
  let said = "";
  const context = contextOf(repository, { ...process.env, BERTH_NOW: "2030-01-01T00:00:00Z" });
  const quiet = Object.defineProperties(context, {
    out: { value: () => undefined },
    say: { value: (text: string) => void (said += text) },
  });
  expect(await berth(quiet, ["no-such-command"])).toBe(64);
  expect(said).not.toContain("BERTH_NOW");
  said = "";
  expect(await berth(quiet, ["converge", "--check"])).toBe(1);
  expect(said).toContain(
    "BERTH_NOW (environment variable): is set, but this is not the local cloud",
  );
  expect(said).not.toMatch(/^ +at /m);
});
