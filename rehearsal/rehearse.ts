import * as fs from "node:fs";

import { duration } from "../packages/local-cloud/ground/progress";
import { sayOnStderr as say } from "./say";
import { runInForeground } from "../packages/local-cloud/ground/child";
import { discardCloud, hasCloud } from "../packages/local-cloud/cloud/cloud";
import type { MachineKind } from "../packages/local-cloud/cloud/machine-kind";
import { rehearseIntegrated } from "./integrated";
import { cloudPaths, repository } from "./paths";
import { ready } from "./ready";
import { tellRehearsed } from "./rehearsal";
import { whatIsToDo } from "./to-do";

const stack = "stage";

/** Below this the engine's state and a machine's disk have no room: 64 MB. */
const spareBytes = 64 * 1024 * 1024;

const aboutMachines: Readonly<Record<MachineKind, string>> = {
  booted: `The machines run on this computer, and came with Docker to save its download; with
BERTH_LOCAL_MACHINES=bare they come without it, as the clouds' own do.`,
  bare: "The machines run on this computer.",
  recorded:
    "The addresses are the local cloud's own: its machines are records, nobody answers there.",
};

const toGoOn = (machines: MachineKind) => `Go on with any command, for example:
  npm run local -- pulumi preview --stack ${stack} --diff
  npm run local -- ${machines === "recorded" ? "pulumi preview --stack prod" : "berth ssh kmc"}
Take it down, with all it kept:
  npm run rehearse -- --down`;

/** `npm run rehearse`: the stage stack on the local cloud; `-- --down` discards it, `-- --integrated` see there. */
export async function main(argv: readonly string[]): Promise<number> {
  const [flag, ...rest] = argv;
  if (flag === "--down" && rest.length === 0) return down();
  if (flag === "--integrated" && rest.length === 0) return rehearseIntegrated();
  if (flag !== undefined) {
    process.stderr.write(`unknown argument ${argv.join(" ")}; allowed: --down, --integrated\n`);
    return 2;
  }
  const started = Date.now();
  const { paths, card, env, keys } = await ready(stack);
  // The preview would do the same work twice: nothing here costs anything. One machine that fails
  // does not keep the others from being done.
  const up = ["up", "--yes", "--skip-preview", "--suppress-outputs", "--continue-on-error"];
  let interrupted = false;
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => (interrupted = true));
  const code = await runInForeground("pulumi", [...up, "--stack", stack], {
    cwd: repository,
    env,
    say,
  });
  const { directory } = paths;
  const rehearsed = { stack, project: repository, directory, env, keys };
  if (code !== 0) {
    const toDo = interrupted ? undefined : await whatIsToDo(rehearsed);
    if (toDo) process.stdout.write(`\n${await tellRehearsed(rehearsed, toDo)}\n\n`);
    say(`the ${stack} stack was not deployed whole; ${howToGoOn(directory)}`);
    return code;
  }
  const told = await tellRehearsed(rehearsed);
  process.stdout.write(`\n${told}\n\n${aboutMachines[card.machines]}\n${toGoOn(card.machines)}\n`);
  say(`rehearsed in ${duration(Date.now() - started)}`);
  return 0;
}

/** On a full disk the engine could not note what it made, so it cannot go on from there. */
function howToGoOn(directory: string): string {
  const { bavail, bsize } = fs.statfsSync(directory);
  if (bavail * bsize > spareBytes) return "npm run rehearse goes on where it stopped";
  return (
    `the disk of ${directory} is full, so what was made may not be noted. Make room there, and ` +
    "begin anew: npm run rehearse -- --down, then npm run rehearse"
  );
}

async function down(): Promise<number> {
  const paths = cloudPaths();
  const there = hasCloud(paths);
  // Also where the directory was removed by hand: its machines may still run.
  await discardCloud(paths);
  say(there ? "the local cloud and its state are gone" : "there is no local cloud here");
  return 0;
}
