/** The review of one change to a fleet, beside the plain preview of the same change. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { savedOnce } from "../../packages/local-cloud/cloud/environment";
import { repository } from "../../rehearsal/paths";
import { runProgram } from "../../engine/program";
import { ScratchCloud } from "../../rehearsal/scratch";
import { fleetOfNodes } from "./fleets";
import { figure, seconds, type Bench } from "./part";
import { median, timed } from "./timing";

const projects = 60;
const fleet = fleetOfNodes(projects);
const resized = { ...fleet.stacks["stage"], nodes: { "project-7": { memoryGb: 4 } } };
/** Each review between two previews, so that both meet the same neighbours; the median counts. */
const runs = 3;

interface Round {
  /** The mean of the one before and the one after. */
  readonly previewMs: number;
  /** Within the review: the base on a local cloud of its own. */
  readonly baseMs: number;
  /** Within the review: previews, with policies and the full diff. */
  readonly previewsMs: number;
  readonly reviewMs: number;
  /** Load of this machine, one minute. */
  readonly load: number;
}

/**
 * `npm run bench -- review`: a clone with a fleet committed and one node resized is reviewed, as
 * `berth review` does it from end to end, and the same change is previewed over the same fleet.
 */
export async function benchReview(bench: Bench) {
  const { signal, say } = bench;
  const cloud = await ScratchCloud.start(fleet, { elasticIps: projects }, { signal });
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "berth-bench-"));
  try {
    const rounds = await inTurn(bench, cloud, scratch);
    const ratio = median(rounds.map(ratioOf));
    say(figure("review beyond its base / preview", `${ratio.toFixed(2)} (goal 2)`));
    return { projects, rounds, ratio };
  } finally {
    await cloud.stop();
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

async function inTurn(
  { signal, say }: Bench,
  cloud: ScratchCloud,
  scratch: string,
): Promise<readonly Round[]> {
  const clone = path.join(scratch, "clone");
  await commitBase(clone, cloud.project, signal);
  Object.assign(cloud.env, savedOnce);
  await cloud.up("stage");
  cloud.stack("stage", resized);
  copyStackFiles(cloud.project, clone);
  const rounds: Round[] = [];
  const preview = () => timed(() => cloud.succeed("preview", "--stack", "stage"));
  let before = await preview();
  while (rounds.length < runs) {
    const review = await timed(() => reviewIn(clone, path.join(scratch, "review.md"), signal));
    const after = await preview();
    const previewMs = (before.ms + after.ms) / 2;
    const round = { previewMs, ...review.value, reviewMs: review.ms, load: os.loadavg()[0]! };
    rounds.push(round);
    say(figure("preview, one of 60 projects resized", seconds(previewMs)));
    say(figure("  review of the same change", seconds(round.reviewMs)));
    say(figure("  of it the base, on a cloud of its own", seconds(round.baseMs)));
    say(figure("  of it previews, with policies", seconds(round.previewsMs)));
    say(figure("  beyond the base / preview", ratioOf(round).toFixed(2)));
    before = after;
  }
  return rounds;
}

/** The review without the deployment of the base, in plain previews; the goal is 2 at most. */
function ratioOf({ reviewMs, baseMs, previewMs }: Round): number {
  return (reviewMs - baseMs) / previewMs;
}

/** A clone of what is committed here, with a commit of the fleet's stack files. */
async function commitBase(clone: string, project: string, signal: AbortSignal): Promise<void> {
  const packages = "node_modules";
  const who = ["user.name=bench", "user.email=bench@bench.example", "commit.gpgSign=false"];
  const options = who.flatMap((setting) => ["-c", setting]);
  const git = async (...args: string[]) => {
    const { code, stderr } = await runProgram("git", [...options, ...args], {
      cwd: repository,
      env: process.env,
      signal,
    });
    if (code !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  };
  await git("clone", "--quiet", repository, clone);
  copyStackFiles(project, clone);
  fs.symlinkSync(path.join(repository, packages), path.join(clone, packages));
  // As a link it is not what .gitignore leaves out.
  fs.appendFileSync(path.join(clone, ".git", "info", "exclude"), `${packages}\n`);
  await git("-C", clone, "add", "--all");
  await git("-C", clone, "commit", "--quiet", "--message", "base");
}

function copyStackFiles(from: string, to: string): void {
  const isStackFile = (name: string) => /^Pulumi(\..+)?\.yaml$/.test(name);
  for (const name of fs.readdirSync(to).filter(isStackFile)) fs.rmSync(path.join(to, name));
  for (const name of fs.readdirSync(from).filter(isStackFile)) {
    fs.copyFileSync(path.join(from, name), path.join(to, name));
  }
}

async function reviewIn(
  clone: string,
  out: string,
  signal: AbortSignal,
): Promise<Pick<Round, "baseMs" | "previewsMs">> {
  const command = ["tools/setup/run.js", "operations/berth", "review", "--markdown", "--out", out];
  const { code, stderr } = await runProgram(process.execPath, command, {
    cwd: clone,
    env: process.env,
    signal,
  });
  const [, base, previews] = /the base took ([\d.]+) s, the previews ([\d.]+) s/.exec(stderr) ?? [];
  if (code !== 0 || base === undefined) throw new Error(`berth review: ${code}\n${stderr}`);
  return { baseMs: Number(base) * 1000, previewsMs: Number(previews) * 1000 };
}
