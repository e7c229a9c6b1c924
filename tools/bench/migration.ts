/** A live project that moves between two booted machines and back, beside the manual's stop, dump and restore. */

import { setTimeout as sleep } from "node:timers/promises";

import { ScratchCloud } from "../../rehearsal/scratch";
import { host, Pair, pairOfStacks } from "./pair";
import { figure, seconds, unlessStopped, type Bench } from "./part";
import { underSteadyLoad, type Seen } from "./steady-load";
import { timed } from "./timing";

/** MiB of the database, and of files besides. */
const usualSizes = [10, 1024];
/** Requests a second: every third one writes. */
const pace = 20;
const directions = [host, "stage"] as const;

interface Row extends Seen {
  readonly mib: number;
  /** The stack whose machine serves afterwards. */
  readonly to: string;
  /** Milliseconds of all that nobody waits for, and of the command that switches. */
  readonly readyMs: number;
  readonly switchMs: number;
  /** Seconds that requests waited, by the command's own account. */
  readonly waited: number;
  /** Seconds of each step while visitors wait. */
  readonly steps: Readonly<Record<string, number>>;
}

/**
 * `npm run bench -- migration`: for each size a fleet of its own, visited through the edge. What the manual does takes the
 * site away for as long as it lasts; what visitors of a move see is counted by themselves.
 */
export async function benchMigration(bench: Bench) {
  const { say, signal, sizes = usualSizes } = bench;
  const rows: Row[] = [];
  const manual: { mib: number; outageMs: number }[] = [];
  for (const mib of sizes) {
    const cloud = await ScratchCloud.start(pairOfStacks(), {}, { machines: "booted", signal });
    try {
      const pair = await unlessStopped(signal, Pair.of(cloud));
      await unlessStopped(signal, pair.fill(mib));
      const outageMs = await unlessStopped(signal, pair.byHand());
      manual.push({ mib, outageMs });
      say(figure(`${mib} MiB, by hand: the site is away for`, seconds(outageMs)));
      for (const to of directions) {
        const row = await unlessStopped(signal, moved(pair, to, mib));
        rows.push(row);
        sayRow(say, row);
      }
    } finally {
      await cloud.stop();
    }
  }
  sayRatios(say, rows, manual);
  return { pace, rows, manual };
}

function sayRow(say: Bench["say"], row: Row): void {
  const { mib, to, readyMs, switchMs, waited, steps, requests, failed, median, p99, longest } = row;
  const wrong = Object.values(failed).reduce((sum, count) => sum + count, 0);
  const each = Object.entries(steps).map(([name, many]) => `${name} ${many}`);
  say(figure(`${mib} MiB to ${to}: visitors wait`, `${waited.toFixed(1)} s`));
  say(figure("  of it", each.join(", ")));
  say(figure("  before it, and the command", `${seconds(readyMs).trim()}, ${seconds(switchMs)}`));
  say(figure("  visitors, p50, p99, longest", [median, p99, longest].map(seconds).join("")));
  say(figure("  failed", `${wrong} of ${requests} ${JSON.stringify(failed)}`));
}

function sayRatios(
  say: Bench["say"],
  rows: readonly Row[],
  manual: readonly { mib: number; outageMs: number }[],
): void {
  const longest = (mib: number) =>
    Math.max(...rows.filter((row) => row.mib === mib).map(({ waited }) => waited));
  for (const { mib, outageMs } of manual) {
    const ratio = (longest(mib) * 1000) / outageMs;
    say(figure(`${mib} MiB, visitors wait / by hand`, ratio.toFixed(2)));
  }
  const [few, many] = [manual[0]!.mib, manual.at(-1)!.mib];
  const ratio = (longest(many) / longest(few)).toFixed(2);
  say(figure(`visitors wait, ${many} / ${few} MiB`, `${ratio} (goal 2 for 1024 and 10)`));
}

async function moved(pair: Pair, to: string, mib: number): Promise<Row> {
  const ready = await timed(() => pair.migrate(to, "--until", "backup"));
  let told = "";
  let switchMs = 0;
  const seen = await underSteadyLoad(pair.destination, pace, async () => {
    await sleep(3_000);
    const done = await timed(() => pair.migrate(to));
    [told, switchMs] = [done.value, done.ms];
    await sleep(3_000);
  });
  const waited = Number(/visitors waited ([0-9.]+) s/.exec(told)?.[1]);
  const steps = Object.fromEntries(
    ["freeze", "seal", "promote", "return"].map((name) => [
      name,
      Number(new RegExp(`^${name} +done in ([0-9.]+) s`, "m").exec(told)?.[1]),
    ]),
  );
  return { ...seen, mib, to, readyMs: ready.ms, switchMs, waited, steps };
}
