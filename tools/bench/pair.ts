/** A project on the machine of one stack, and another stack for it to move to. */

import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { runProgram } from "../../engine/program";
import { contextOf } from "../../operations/berth";
import { migrate } from "../../operations/migrate/migrate";
import { realWorld } from "../../operations/migrate/real";
import { visit } from "../../operations/ground/ssh";
import type { ScratchCloud } from "../../rehearsal/scratch";
import { fleetOfNodes } from "./fleets";
import type { Destination } from "./steady-load";
import { timed } from "./timing";

const slug = "shop";
/** The stack that it moves to first. */
export const host = "stage-b";

/** One project in Toronto, and a host stack for it. */
export function pairOfStacks() {
  const { shared } = fleetOfNodes(1);
  const project = {
    ...{ domain: "bench.example", residency: "canada", access: ["everyone"] },
    ...{ repository: "git@git.example:bench/shop.git", files: ["/uploads"] },
  };
  const stage = { projects: { [slug]: project }, zones: ["bench.example"] };
  return {
    shared,
    stacks: { stage, [host]: { environment: "stage", projects: { [slug]: {} }, secrets: {} } },
  };
}

/** The two machines, and the project's name. */
export class Pair {
  private constructor(
    private readonly cloud: ScratchCloud,
    /** Where visitors go. */
    readonly destination: Destination,
    readonly machines: Readonly<Record<string, { address: string; hostKey: string }>>,
  ) {}

  /** Makes the machines of these stacks, of which the environment's is the first. */
  static async of(cloud: ScratchCloud, stacks: readonly string[] = ["stage", host]): Promise<Pair> {
    const read = async (stack: string) => {
      const node = (await cloud.outputs(stack))["nodes"]![slug]!;
      return { address: String(node["address"]), hostKey: String(node["hostKey"]) };
    };
    const machines: Record<string, { address: string; hostKey: string }> = {};
    for (const stack of stacks) {
      await cloud.up(stack);
      machines[stack] = await read(stack);
    }
    const edge = cloud.card.edge!;
    const name = String((await cloud.outputs(stacks[0]!))["projects"]![slug]!["primary"]);
    const authority = fs.readFileSync(edge.authority, "utf8");
    const destination = { name, address: edge.address, authority };
    return new Pair(cloud, destination, machines);
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

  /**
   * As the manual has it: stop, dump and restore, copy the files, start. What came there is thrown away, and the old one
   * started again in its place. Answers the milliseconds of it.
   */
  async byHand(): Promise<number> {
    await this.on(
      host,
      `mkdir -p /root/manual; docker rm -f manual 2>/dev/null; docker run -d --name manual -e POSTGRES_USER=app -e POSTGRES_DB=app -e POSTGRES_PASSWORD=app postgres:17 >/dev/null
until docker exec manual pg_isready -q -h 127.0.0.1 -U app; do sleep 0.2; done`,
    );
    const writers = `${slug}-web-1 ${slug}-worker-1 ${slug}-nginx-1`;
    const { ms } = await timed(async () => {
      await this.on("stage", `docker stop ${writers} >/dev/null`);
      await this.pipe(
        `docker exec ${slug}-db-1 pg_dump -U app -Fc app`,
        "docker exec -i manual pg_restore -U app -d app",
      );
      const volumes = `/var/lib/docker/volumes/${slug}_uploads/_data`;
      await this.pipe(`tar -C ${volumes} -c .`, "tar -C /root/manual -x");
      await this.on(
        "stage",
        `docker start ${writers} >/dev/null; port=$(awk '$1 == "${slug}" { print $2 }' /etc/berth/proxy/sites)
until curl -sf -o /dev/null -H 'Host: ${this.destination.name}' "http://127.0.0.1:$port/healthz"; do sleep 0.1; done`,
      );
    });
    await this.on(host, "docker rm -f -v manual >/dev/null; rm -r /root/manual");
    await sleep(5_000);
    return ms;
  }

  /** Runs the command; answers what it printed. Throws where it ends with anything but 0. */
  migrate(to: string, ...more: string[]): Promise<string> {
    return this.migrateAfter(0, to, ...more);
  }

  /** The same when so many milliseconds have passed. */
  async migrateAfter(ms: number, to: string, ...more: string[]): Promise<string> {
    const { project, env } = this.cloud;
    let told = "";
    const context = contextOf(project, env);
    const quiet = {
      ...context,
      now: new Date(),
      out: (text: string) => void (told += text),
      say: () => undefined,
    };
    const code = await migrate(quiet, [slug, "--to", to, ...more], (...given) => ({
      ...realWorld(...given),
      now: () => new Date(Date.now() + ms),
    }));
    if (code !== 0) throw new Error(`the move to ${to} ended with ${code}: ${told}`);
    return told;
  }

  /** The words that begin a session on a stack's machine, as a member who may do everything there. */
  wayTo(stack: string): readonly string[] {
    const { keys, project } = this.cloud;
    const known = path.join(path.dirname(project), "known_hosts");
    const lines = Object.values(this.machines).map((each) => `${each.address} ${each.hostKey}\n`);
    fs.writeFileSync(known, lines.join(""));
    const [key] = keys.members["ana"]!;
    return [
      ...["ssh", "-F", "none", "-i", key!.file, "-o", "IdentityAgent=none"],
      ...["-o", `UserKnownHostsFile=${known}`, `ana@${this.machines[stack]!.address}`],
    ];
  }

  /** What a command says on the one machine goes into one on the other. */
  private async pipe(from: string, into: string): Promise<void> {
    const ssh = (stack: string, command: string) =>
      `${this.wayTo(stack).join(" ")} 'sudo ${command}'`;
    const words = ["-o", "pipefail", "-c", `${ssh("stage", from)} | ${ssh(host, into)}`];
    const done = await runProgram("bash", words, { env: this.cloud.env });
    if (done.code !== 0) throw new Error(`${from}: ${done.stderr}`);
  }

  /** A script as root on a stack's machine. */
  async on(stack: string, script: string, input = ""): Promise<string> {
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
