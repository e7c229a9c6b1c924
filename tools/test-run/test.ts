import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import * as path from "node:path";

import { runInForeground } from "../../packages/local-cloud/ground/child";
import { repository } from "../../rehearsal/paths";
import { canBoot, installCommand } from "../../packages/local-cloud/hosts/requirements";
import { obtainMoto } from "../../packages/local-cloud/s3/moto";
import { obtainVersitygw } from "../../packages/local-cloud/s3/versitygw";
import { obtainCli } from "../../packages/local-cloud/pulumi/cli";
import { cacheRoot } from "../../rehearsal/computer";
import { sayOnStderr as say } from "../../rehearsal/say";
import { obtainShellcheck } from "../shellcheck";
import { endLeftovers, runMark } from "./leftovers";

const vitest = path.join(repository, "node_modules", ".bin", "vitest");

/**
 * `npm test`: what the tests need, then formatting, linting and types, then every test. Where hosts
 * cannot boot (no root, not Linux) the tests of hosts are left out by name and count, except in CI,
 * which may leave out nothing. Fails when a program that the run started outlives it. Arguments go to
 * vitest, and leave out the checks: `npm test -- test/stack-file`.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const run = randomUUID();
  const options = { cwd: repository, say, env: { ...process.env, [runMark]: run } };
  const end = async (code: number) => (await cleanAfter(run)) || code;

  if (argv.length > 0) return end(await runInForeground(vitest, ["run", ...argv], options));
  const bootable = canBoot();
  if (!bootable.ok && process.env["CI"]) {
    say(`with CI set no test may be left out, and ${bootable.reason}; ${bootable.fix}`);
    return 1;
  }
  await getReady(bootable.ok);
  const checks = await runInForeground("npm", ["run", "--silent", "check"], options);
  const projects = bootable.ok ? [] : ["--project", "pure", "--project", "engine"];
  const tests = await runInForeground(vitest, ["run", ...projects], options);
  const code = await end(tests || checks);
  // Said last, because the tests' own lines have pushed it out of sight.
  if (checks !== 0) say("npm run check failed; its output stands above the tests");
  if (!bootable.ok) sayWhatIsLeftOut(bootable.reason);
  return code;
}

/** Everything that takes a download or a build, before the first test, each with its own error. */
async function getReady(hosts: boolean): Promise<void> {
  const cache = cacheRoot();
  const { source } = await obtainCli({ say, cache });
  say(`the Pulumi CLI comes from: ${source}`);
  await obtainShellcheck();
  await obtainMoto({ say, cache });
  await obtainVersitygw({ cache }, say);
  const install = hosts ? installCommand() : undefined;
  if (install) say(`the tests of hosts will first run: ${install}`);
}

function sayWhatIsLeftOut(reason: string): void {
  const listed = spawnSync(vitest, ["list", "--project", "hosts", "--json"], {
    cwd: repository,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (listed.status !== 0)
    throw new Error(`the tests of hosts cannot be listed:\n${listed.stderr}`);
  const tests = JSON.parse(listed.stdout) as readonly { file: string }[];
  const files = [...new Set(tests.map(({ file }) => path.relative(repository, file)))].toSorted();
  say(`${tests.length} tests in ${files.length} files were left out, since ${reason}:`);
  for (const file of files) say(`  ${file}`);
  say("They run with: sudo -E env PATH=$PATH npm test -- --project hosts");
}

/** 1 where programs of the run were still there and had to be ended; each is named. */
async function cleanAfter(run: string): Promise<number> {
  const left = await endLeftovers(run);
  for (const { pid, command, origin } of left) {
    say(`outlived the tests, ended now: ${pid} ${command} (${origin})`);
  }
  return left.length === 0 ? 0 : 1;
}
