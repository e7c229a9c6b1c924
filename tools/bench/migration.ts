/** A live project that moves between two booted machines and back, beside the manual's stop, dump and restore. */

import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { runProgram } from "../../engine/program";
import { berth, contextOf } from "../../operations/berth";
import { visit } from "../../operations/ground/ssh";
import { ScratchCloud } from "../../rehearsal/scratch";
import { fleetOfNodes } from "./fleets";
import { figure, seconds, unlessStopped, type Bench } from "./part";
import { underSteadyLoad, type Destination, type Seen } from "./steady-load";
import { timed } from "./timing";

/** MiB of the database, and of files besides. */
const usualSizes = [10, 1024];
/** Requests a second: every third one writes. */
const pace = 20;
const slug = "shop";
const host = "stage-b";
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
    const cloud = await ScratchCloud.start(fleet(), {}, { machines: "booted", signal });
    try {
      const pair = await unlessStopped(signal, Pair.of(cloud));
      await unlessStopped(signal, pair.fill(mib));
      const outageMs = await unlessStopped(signal, pair.byHand());
      manual.push({ mib, outageMs });
      say(figure(`${mib} MiB, by hand: the site is away for`, seconds(outageMs)));
      for (const to of directions) {
        const row = await unlessStopped(signal, pair.move(to, mib));
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

/** One project in Toronto, and a host stack for it. */
function fleet() {
  const { shared } = fleetOfNodes(1);
  const project = {
    ...{ domain: "bench.example", residency: "canada", access: ["everyone"] },
    ...{ repository: "git@git.example:bench/shop.git", files: ["/uploads"] },
  };
  const stage = { projects: { [slug]: project }, zones: ["bench.example"] };
  return {
    shared,
    stacks: { stage, [host]: { environment: "stage", projects: { [slug]: {} }, secrets: {} } },
    project,
  };
}

/** The two machines, and the project's name. */
class Pair {
  private constructor(
    private readonly cloud: ScratchCloud,
    private readonly destination: Destination,
    private readonly machines: Readonly<Record<string, { address: string; hostKey: string }>>,
  ) {}

  static async of(cloud: ScratchCloud): Promise<Pair> {
    const read = async (stack: string) => {
      const node = (await cloud.outputs(stack))["nodes"]![slug]!;
      return { address: String(node["address"]), hostKey: String(node["hostKey"]) };
    };
    const { stacks, project } = fleet();
    await cloud.up("stage");
    const old = await read("stage");
    const nodes = { [slug]: { visitorsFrom: [old.address] } };
    cloud.stack(host, { ...stacks[host], nodes });
    await cloud.up(host);
    const next = await read(host);
    const back = { [slug]: { visitorsFrom: [next.address] } };
    cloud.stack("stage", { zones: stacks.stage.zones, projects: { [slug]: project }, nodes: back });
    await cloud.up("stage");
    const edge = cloud.card.edge!;
    const name = String((await cloud.outputs("stage"))["projects"]![slug]!["primary"]);
    const authority = fs.readFileSync(edge.authority, "utf8");
    const destination = { name, address: edge.address, authority };
    return new Pair(cloud, destination, { stage: old, [host]: next });
  }

  /** So much in the database, in rows of a KiB that do not compress to nothing, and so much in files. */
  async fill(mib: number): Promise<void> {
    await this.on(
      "stage",
      `set -e
psql() { docker exec -i ${slug}-db-1 psql -XqAt -v ON_ERROR_STOP=1 -U app app; }
psql <<'SQL'
CREATE TABLE filler AS SELECT n, (SELECT string_agg(md5(n::text || k::text), '') FROM generate_series(1, 31) k) AS body
  FROM generate_series(1, ${mib} * 1000) n;
CHECKPOINT;
SQL
place=$(docker volume inspect -f '{{.Mountpoint}}' ${slug}_uploads)
for n in $(seq ${Math.min(mib, 64)}); do head -c $((${mib} * 1048576 / ${Math.min(mib, 64)})) /dev/urandom >$place/filler-$n; done`,
    );
  }

  /** As the manual has it: stop, dump, copy, restore, start. The copy is thrown away. Answers the outage. */
  async byHand(): Promise<number> {
    await this.on(
      host,
      `docker rm -f manual 2>/dev/null; docker run -d --name manual -e POSTGRES_USER=app -e POSTGRES_DB=app -e POSTGRES_PASSWORD=app postgres:17 >/dev/null
until docker exec manual pg_isready -q -h 127.0.0.1 -U app; do sleep 0.2; done`,
    );
    const writers = `${slug}-web-1 ${slug}-worker-1 ${slug}-nginx-1`;
    const { ms } = await timed(async () => {
      await this.on("stage", `docker stop ${writers} >/dev/null`);
      await this.pipe(
        `docker exec ${slug}-db-1 pg_dump -U app -Fc app`,
        "docker exec -i manual pg_restore -U app -d app",
      );
      await this.on("stage", `docker start ${writers} >/dev/null`);
    });
    await this.on(host, "docker rm -f -v manual >/dev/null");
    await sleep(5_000);
    return ms;
  }

  async move(to: string, mib: number): Promise<Row> {
    const ready = await timed(() => this.migrate(to, "--until", "backup"));
    let told = "";
    let switchMs = 0;
    const seen = await underSteadyLoad(this.destination, pace, async () => {
      await sleep(3_000);
      const done = await timed(() => this.migrate(to));
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

  private async migrate(to: string, ...more: string[]): Promise<string> {
    const { project, env } = this.cloud;
    let told = "";
    const context = contextOf(project, env);
    const quiet = {
      ...context,
      now: new Date(),
      out: (text: string) => void (told += text),
      say: () => undefined,
    };
    const code = await berth(quiet, ["migrate", slug, "--to", to, ...more]);
    if (code !== 0) throw new Error(`the move to ${to} ended with ${code}: ${told}`);
    return told;
  }

  /** What a command says on the one machine goes into one on the other. */
  private async pipe(from: string, into: string): Promise<void> {
    const { env, keys, project } = this.cloud;
    const known = path.join(path.dirname(project), "known_hosts");
    const lines = Object.values(this.machines).map((each) => `${each.address} ${each.hostKey}\n`);
    fs.writeFileSync(known, lines.join(""));
    const [key] = keys.members["ana"]!;
    const options = `-F none -i ${key!.file} -o IdentityAgent=none -o UserKnownHostsFile=${known}`;
    const ssh = (stack: string, command: string) =>
      `ssh ${options} ana@${this.machines[stack]!.address} 'sudo ${command}'`;
    const words = ["-o", "pipefail", "-c", `${ssh("stage", from)} | ${ssh(host, into)}`];
    const done = await runProgram("bash", words, { env });
    if (done.code !== 0) throw new Error(`${from}: ${done.stderr}`);
  }

  private async on(stack: string, script: string, input = ""): Promise<string> {
    const { env, keys } = this.cloud;
    const files = keys.members["ana"]!.map(({ file }) => file);
    const command = `sudo bash -c '${script.replaceAll("'", "'\\''")}'`;
    const errand = { command, input, timeoutMs: 900_000 };
    const done = await visit({ login: "ana", ...this.machines[stack]! }, { env, files }, errand);
    if (done.kind === "fault") throw new Error(`${stack}: ${done.detail}`);
    if (done.code !== 0) throw new Error(`${stack}: ${done.stdout}${done.stderr}`);
    return done.stdout;
  }
}
