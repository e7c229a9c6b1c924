/** What visitors see of the way in while it is changed: proxy, neighbours, certificate, origin pulls. */

import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { visit } from "../../operations/ground/ssh";
import { ScratchCloud } from "../../rehearsal/scratch";
import { fleetOfNodes } from "./fleets";
import { figure, seconds, unlessStopped, type Bench } from "./part";
import { underSteadyLoad, type Destination, type Seen } from "./steady-load";
import { timed } from "./timing";

/** Requests a second. */
const pace = 50;
const slug = "shop";
const stack = "stage";
const zone = "bench.example";
/** How often the proxy is reloaded in one go. */
const reloads = 5;

const project = {
  ...{ domain: zone, residency: "canada", access: ["everyone"] },
  repository: "git@git.example:bench/shop.git",
};
/** How the edge is told what to show, in the state and at Cloudflare. */
const hostnameAssociation = {
  type: "cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls",
  kind: "cloudflare/hostname_association",
};
/** Another site of the same machine. */
const neighbour = { ...project, domain: `bakery.${zone}`, node: slug, repository: undefined };

type Row = Seen & { readonly event: string; readonly tookMs: number };

/**
 * `npm run bench -- edge`: a project on a booted machine, visited through the edge at a steady pace while
 * its proxy is reloaded, a neighbour comes and goes, its certificate is renewed and its origin pulls are
 * introduced, each by the program's own update but the first. Visitors count what failed.
 */
export async function benchEdge({ say, signal }: Bench) {
  const { shared, stacks } = fleet({ [slug]: project });
  const cloud = await ScratchCloud.start({ shared, stacks }, {}, { machines: "booted", signal });
  try {
    await cloud.up(stack);
    const way = await WayIn.of(cloud);
    const rows: Row[] = [];
    for (const [event, act] of Object.entries(events)) {
      const prepared = await unlessStopped(signal, act(way));
      let tookMs = 0;
      const load = underSteadyLoad(way.destination, pace, async () => {
        await sleep(2_000);
        ({ ms: tookMs } = await timed(prepared));
        await sleep(2_000);
      });
      const seen = await unlessStopped(signal, load);
      sayRow(say, { ...seen, event, tookMs });
      rows.push({ ...seen, event, tookMs });
    }
    return { pace, rows };
  } finally {
    await cloud.stop();
  }
}

/** What happens while visitors come, in this order; each makes ready first what it needs. */
const events: Readonly<Record<string, (way: WayIn) => Promise<() => Promise<unknown>>>> = {
  [`${reloads} reloads of the proxy`]: (way) =>
    Promise.resolve(() =>
      way.onMachine(
        `for each in $(seq ${reloads}); do docker kill -s USR2 berth-proxy; sleep 1; done`,
      ),
    ),
  "a neighbour added": (way) =>
    Promise.resolve(() => way.declare({ [slug]: project, bakery: neighbour })),
  "the neighbour removed": (way) => Promise.resolve(() => way.declare({ [slug]: project })),
  "its certificate renewed": async (way) => {
    const key = await way.urnOf(`${slug}-${slug}-origin-key`);
    return () => way.up("--replace", key);
  },
  "origin pulls introduced": async (way) => {
    await way.forgetOriginPulls();
    return async () => {
      await way.up();
      await way.onMachine('berth-proxy status | grep -q \'"originPulls":"enforced"\'');
    };
  },
};

function sayRow(say: Bench["say"], { event, tookMs, requests, failed, longest, reopened }: Row) {
  const wrong = Object.values(failed).reduce((sum, count) => sum + count, 0);
  say(figure(`${event}, ${seconds(tookMs).trim()}`, `${wrong} of ${requests} failed`));
  say(figure("  longest answer; WebSocket opened anew", `${seconds(longest).trim()}; ${reopened}`));
  for (const [what, count] of Object.entries(failed)) say(figure(`  ${what}`, String(count)));
}

function fleet(projects: Readonly<Record<string, object>>) {
  const { shared } = fleetOfNodes(1);
  return { shared, stacks: { [stack]: { projects, zones: [zone] } } };
}

/** A fleet's way in, as the program and its machine have it. */
class WayIn {
  private constructor(
    private readonly cloud: ScratchCloud,
    readonly destination: Destination,
    private readonly machine: { readonly address: string; readonly hostKey: string },
  ) {}

  static async of(cloud: ScratchCloud): Promise<WayIn> {
    const edge = cloud.card.edge!;
    const node = (await cloud.outputs(stack))["nodes"]![slug]!;
    const name = String((await cloud.outputs(stack))["projects"]![slug]!["primary"]);
    const authority = fs.readFileSync(edge.authority, "utf8");
    const machine = { address: String(node["address"]), hostKey: String(node["hostKey"]) };
    return new WayIn(cloud, { name, address: edge.address, authority }, machine);
  }

  async up(...words: string[]): Promise<void> {
    await this.cloud.up(stack, ...words);
  }

  async declare(projects: Readonly<Record<string, object>>): Promise<void> {
    this.cloud.stack(stack, fleet(projects).stacks[stack]!);
    await this.up();
  }

  /** The URN of what the state calls by a name with this end. */
  async urnOf(end: string): Promise<string> {
    const { resources } = await this.cloud.state(stack);
    const found = resources.filter(({ urn }) => urn.endsWith(end));
    if (found.length !== 1) throw new Error(`${found.length} resources of the state end in ${end}`);
    return found[0]!.urn;
  }

  /** As before they were introduced: nobody asked the edge to show a certificate, and the machine asks for none. */
  async forgetOriginPulls(): Promise<void> {
    const { resources } = await this.cloud.state(stack);
    const made = resources.filter(
      ({ urn, type }) =>
        urn.endsWith("-origin-pulls-demanded") || type === hostnameAssociation.type,
    );
    if (made.length !== 2)
      throw new Error(`${made.length} resources of the state are of its origin pulls, not 2`);
    for (const { urn } of made.reverse()) {
      await this.cloud.succeed("state", "delete", urn, "--yes", "--force", "--stack", stack);
    }
    for (const { id } of await this.cloud.objects(hostnameAssociation.kind)) {
      const { kind } = hostnameAssociation;
      await this.cloud.control(
        "DELETE",
        `/objects/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`,
      );
    }
    await this.onMachine(`rm /var/lib/berth/proxy/origin-pulls/${slug}.* && berth-proxy apply`);
    await this.onMachine('berth-proxy status | grep -q \'"originPulls":"absent"\'');
  }

  async onMachine(script: string): Promise<void> {
    const { env, keys } = this.cloud;
    const files = keys.members["ana"]!.map(({ file }) => file);
    const errand = { command: "sudo bash -s", input: `set -e\n${script}`, timeoutMs: 300_000 };
    const done = await visit({ login: "ana", ...this.machine }, { env, files }, errand);
    if (done.kind === "fault") throw new Error(`the machine: ${done.detail}`);
    if (done.code !== 0) throw new Error(`on the machine: ${done.stdout}${done.stderr}`);
  }
}
