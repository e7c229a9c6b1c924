import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { expect, it } from "vitest";

import { repository } from "../../../rehearsal/paths";

const run = (...argv: string[]) =>
  spawnSync(process.execPath, [path.join("tools", "setup", "run.js"), ...argv], {
    cwd: repository,
    encoding: "utf8",
  });

it("says nothing beside what a command says that asks AWS, on every Node that is taken", () => {
  expect(run("test/tools/setup/asks-aws")).toMatchObject({
    ...{ status: 0, stdout: "the answer\n", stderr: "" },
  });
});
