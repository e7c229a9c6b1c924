import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";

import { Ground, traces } from "../../../packages/local-cloud/test/hosts/boot-ground";
import { endLeftovers, runMark } from "../../../tools/test-run/leftovers";

const owner = path.resolve("packages/local-cloud/test/hosts/boot-owner.ts");
const ground = new Ground();
afterAll(() => ground.clear());

it("machines of a run that was killed go with its network and its cgroups", async () => {
  const run = randomUUID();
  const argv = ["--require", "tsx/cjs", owner, ground.state, "1"];
  const env = { ...process.env, [runMark]: run };
  const child = spawn(process.execPath, argv, { env, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  for await (const chunk of child.stdout) if ((said += String(chunk)).includes("created")) break;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
  expect(await traces(ground.layout)).not.toEqual([]);
  const ended = await endLeftovers(run, 0);
  expect(ended.map(({ origin }) => origin).join()).toContain(ground.state);
  expect(await traces(ground.layout)).toEqual([]);
});
