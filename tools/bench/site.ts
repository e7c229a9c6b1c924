/** What visitors see of a delivery, beside plain `docker compose up -d --build` of the same commits. */

import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { runProgram } from "../../engine/program";
import { berth, contextOf } from "../../operations/berth";
import { visit } from "../../operations/ground/ssh";
import { placeOf } from "../../packages/local-cloud/forge";
import { ScratchCloud } from "../../rehearsal/scratch";
import { fleetOfNodes } from "./fleets";
import { figure, seconds, unlessStopped, type Bench } from "./part";
import { underSteadyLoad, type Destination, type Seen } from "./steady-load";
import { timed } from "./timing";

/** Requests a second. */
const pace = 50;
const slug = "shop";
const address = "git@git.example:bench/shop.git";

/** What happens while visitors come, in this order; `broken` is never well. */
const events = ["good", "broken", "rollback"] as const;
type Event = (typeof events)[number];

type Row = Seen & { readonly event: Event; readonly tookMs: number };

/** How long somebody needs to see that a version is broken, and to go back by hand. */
const noticedAfterMs = 10_000;

/**
 * `npm run bench -- site`: a project on a booted machine, visited through the edge at a steady pace while
 * a good version, a broken one and the way back are delivered; then the same by plain Compose. Visitors
 * count what failed.
 */
export async function benchSite(bench: Bench) {
  const { signal } = bench;
  const cloud = await ScratchCloud.start(fleet(), {}, { machines: "booted", signal });
  try {
    await cloud.up("stage");
    const site = await Site.of(cloud);
    const berth = await inTurn(bench, "berth", site, {
      good: async () => site.deliver("two"),
      broken: async () => site.deliver("broken"),
      rollback: async () => site.berth("rollback"),
    });
    await site.leave();
    const plain = await inTurn(bench, "compose", site, {
      good: async () => site.compose("good"),
      broken: async () => {
        await site.compose("broken");
        await sleep(noticedAfterMs);
      },
      rollback: async () => site.compose("good"),
    });
    return { pace, berth, plain };
  } finally {
    await cloud.stop();
  }
}

async function inTurn(
  { say, signal }: Bench,
  by: string,
  site: Site,
  how: Readonly<Record<Event, () => Promise<void>>>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const event of events) {
    let tookMs = 0;
    const load = underSteadyLoad(site.destination, pace, async () => {
      await sleep(2_000);
      ({ ms: tookMs } = await timed(how[event]));
      await sleep(2_000);
    });
    const seen = await unlessStopped(signal, load);
    const failed = Object.values(seen.failed).reduce((sum, count) => sum + count, 0);
    const ofAll = `${failed} of ${seen.requests} failed`;
    say(figure(`${by}: ${event}, ${seconds(tookMs).trim()}`, ofAll));
    say(
      figure(
        "  longest answer; WebSocket opened anew",
        `${seconds(seen.longest).trim()}; ${seen.reopened}`,
      ),
    );
    for (const [what, count] of Object.entries(seen.failed))
      say(figure(`  ${what}`, String(count)));
    rows.push({ ...seen, event, tookMs });
  }
  return rows;
}

/** One project on one machine in Toronto. */
function fleet() {
  const { shared } = fleetOfNodes(1);
  const project = {
    domain: "bench.example",
    residency: "canada",
    access: ["everyone"],
    repository: address,
  };
  const projects = { [slug]: { ...project, health: { seconds: 20 }, overlap: ["web"] } };
  return { shared, stacks: { stage: { projects, zones: ["bench.example"] } } };
}

/** The project where it runs, and its repository. */
class Site {
  private constructor(
    private readonly cloud: ScratchCloud,
    readonly destination: Destination,
    private readonly machine: { readonly address: string; readonly hostKey: string },
    private readonly work: string,
  ) {}

  static async of(cloud: ScratchCloud): Promise<Site> {
    const edge = cloud.card.edge!;
    const authority = fs.readFileSync(edge.authority, "utf8");
    const outputs = await cloud.outputs("stage");
    const node = outputs["nodes"]![slug]!;
    const name = String(outputs["projects"]![slug]!["primary"]);
    const machine = { address: String(node["address"]), hostKey: String(node["hostKey"]) };
    const work = path.join(path.dirname(cloud.project), "work");
    const site = new Site(cloud, { name, address: edge.address, authority }, machine, work);
    const kept = path.join(cloud.paths.repositories, placeOf(address));
    await site.run("git", ["clone", "-q", "-b", "develop", kept, work]);
    return site;
  }

  /** Commits a version and has it delivered; a broken one is refused, and that is right. */
  async deliver(version: string): Promise<void> {
    await this.commit(version);
    await this.berth("deploy");
  }

  async berth(command: string): Promise<void> {
    const { cloud } = this;
    const context = contextOf(cloud.project, cloud.env);
    const quiet = { ...context, now: context.now, out: () => undefined, say: () => undefined };
    await berth(quiet, [command, slug, "--stack", "stage"]);
  }

  /** Leaves the project to plain Compose: the same containers, a checkout beside Berth's. */
  async leave(): Promise<void> {
    await this.onMachine(`set -e
port=$(awk '$1 == "${slug}" { print $2 }' /etc/berth/proxy/sites)
git clone -q ${address} /root/plain
cd /root/plain
git branch good origin/develop~1
git branch broken origin/develop
cat >docker-compose.override.yml <<END
services:
  nginx:
    restart: unless-stopped
    ports: ["127.0.0.1:$port:80"]
END`);
    await this.compose("good");
  }

  async compose(branch: string): Promise<void> {
    await this.onMachine(
      `cd /root/plain && git checkout -q ${branch} && docker compose up -d --build || true`,
    );
  }

  private async commit(version: string): Promise<void> {
    fs.writeFileSync(path.join(this.work, "VERSION"), `${version}\n`);
    const file = path.join(this.work, "app/web.py");
    const text = fs.readFileSync(file, "utf8");
    const healthy = 'self.say(200, {"healthy"';
    if (!text.includes(healthy)) throw new Error(`${file}: has no ${healthy}`);
    if (version === "broken")
      fs.writeFileSync(file, text.replace(healthy, healthy.replace("200", "500")));
    const who = ["-c", "user.name=Bench", "-c", "user.email=bench@bench.example"];
    await this.run("git", [...who, "commit", "-q", "-a", "-m", version]);
    await this.run("git", ["push", "-q", "origin", "develop"]);
  }

  private async run(program: string, words: readonly string[]): Promise<string> {
    const cwd = fs.existsSync(this.work) ? this.work : this.cloud.project;
    const done = await runProgram(program, [...words], { cwd, env: this.cloud.env });
    if (done.code !== 0)
      throw new Error(`${program} ${words.join(" ")}: ${done.stdout}${done.stderr}`);
    return done.stdout;
  }

  private async onMachine(script: string): Promise<string> {
    const { env, keys } = this.cloud;
    const files = keys.members["ana"]!.map(({ file }) => file);
    const errand = { command: "sudo bash -s", input: script, timeoutMs: 600_000 };
    const done = await visit({ login: "ana", ...this.machine }, { env, files }, errand);
    if (done.kind === "fault") throw new Error(`the machine: ${done.detail}`);
    if (done.code !== 0) throw new Error(`on the machine: ${done.stdout}${done.stderr}`);
    return done.stdout;
  }
}
