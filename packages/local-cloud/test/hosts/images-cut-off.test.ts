import { spawn, type ChildProcess } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { thisComputer } from "../../ground/computer";
import { ensureTemplate } from "../../hosts";
import { waitUntil } from "../../hosts/process";
import { builtImages } from "../../images";

/** Another cache, with this computer's template in it and no images. */
const cache = mkdtempSync(join(tmpdir(), "images-"));
const images = join(cache, "images");
const builders: ChildProcess[] = [];

beforeAll(async () => {
  await ensureTemplate(thisComputer(), console.log);
  symlinkSync(join(thisComputer().cache, "hosts"), join(cache, "hosts"));
});

afterAll(async () => {
  for (const builder of builders) builder.kill("SIGKILL");
  await waitUntil(() => atWork().length === 0, 10_000);
  rmSync(cache, { recursive: true, force: true });
});

/** A program that builds the images, once it is in the middle of it. */
async function builder(): Promise<{ process: ChildProcess; work: string }> {
  const module = JSON.stringify(join(__dirname, "../../images"));
  const build = `require(${module}).ensureImages({ cache: ${JSON.stringify(cache)} })`;
  const flags = ["--require", require.resolve("tsx/cjs"), "-e", build];
  const process = spawn(globalThis.process.execPath, flags, { stdio: "inherit" });
  builders.push(process);
  const work = join(images, `.building-${process.pid}`);
  expect(await waitUntil(() => existsSync(join(work, "layers", "base.needs")), 60_000)).toBe(true);
  return { process, work };
}

/** Programs that work in the cache. */
function atWork(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(images);
      } catch {
        return false;
      }
    });
}

it("a build of the images that is killed leaves nothing at work, and the next one begins anew", async () => {
  const first = await builder();
  first.process.kill("SIGKILL");
  expect(await waitUntil(() => atWork().length === 0, 10_000)).toBe(true);
  expect(readFileSync("/proc/self/mounts", "utf8")).not.toContain(cache);
  expect(builtImages(cache)).toBeUndefined();
  const second = await builder();
  expect(existsSync(first.work)).toBe(false);
  second.process.kill("SIGKILL");
});
