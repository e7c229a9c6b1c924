import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { expect, it } from "vitest";

import { repository } from "../../rehearsal/paths";

it("a project of production is born joined to Jenkins, Sentry and Slack by one command, and changed by no second update", () => {
  const run = path.join(repository, "tools", "setup", "run.js");
  const done = spawnSync(process.execPath, [run, "rehearsal/rehearse", "--integrated"], {
    encoding: "utf8",
  });
  expect(done.status, done.stdout + done.stderr).toBe(0);
  const told = done.stdout.slice(done.stdout.indexOf("Joined to:"));
  expect(told.split("\n")).toEqual([
    "Joined to:",
    "  Jenkins berth-nightly, berth-notify, shop-prod, shop-test",
    "  Sentry  berth-fleet, shop-prod",
    '  Slack   "Berth tells of stack prod here: this webhook works."',
    "The next update would change nothing.",
    "",
  ]);
});
