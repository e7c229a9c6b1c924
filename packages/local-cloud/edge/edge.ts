/** The edge of a local cloud: a real haproxy that stands before its proxied names. */

import { createHash, X509Certificate } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { join } from "node:path";
import type { World } from "../emulator/world";
import { lastLines } from "../ground/run-command";
import { writeWhole } from "../ground/whole-file";
import {
  childrenOf,
  identify,
  isAlive,
  noted,
  type ProcessIdentity,
  signal,
  tryRun,
  waitUntil,
} from "../hosts/process";
import type { Authority } from "../ground/x509";
import { purgeKind } from "../providers/cloudflare/http-api";
import { authorityFile, certificateFor, publicAuthority, trust } from "./authority";
import { clientFile, renderEdge, type EdgePlace } from "./haproxy";
import { listensAt } from "./listeners";
import { sitesOf } from "./sites";

/** An edge that serves. */
export interface Edge {
  readonly address: string;
  /** The certificate (PEM) of the authority that its visitors trust. */
  readonly authority: string;
  /** Waits until what has changed so far is in force. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** What an edge is opened with. */
export interface EdgeOptions {
  /** Where it keeps its certificates and its configuration. */
  readonly directory: string;
  /** An address that this machine has already. */
  readonly address: string;
  readonly nameServer: EdgePlace["nameServer"];
  readonly world: World;
}

/** Changes come in crowds: a deployment makes ten records in a moment. Unit: milliseconds. */
const pause = 50;
/** What haproxy may take to start, reload or end. Unit: milliseconds. */
const patience = 15_000;

/**
 * Opens the edge of the cloud whose world is given, and has it follow what changes there. One that a crash
 * left is ended first. Refuses, with haproxy's own words, where it cannot start: another program has port
 * 80 or 443 on all addresses.
 */
export async function openEdge(options: EdgeOptions): Promise<Edge> {
  await clearEdge(options.directory);
  const edge = new RunningEdge(options, await publicAuthority(options.directory));
  await edge.start();
  options.world.watch((kind) => {
    if (kind.startsWith("cloudflare/")) edge.change();
  });
  return edge;
}

/**
 * Ends the edge that keeps its files in a directory, whoever started it, also where that directory is gone.
 * Quiet where none runs.
 */
export async function clearEdge(directory: string): Promise<void> {
  const master = runningIn(directory);
  if (master) await end(master);
  // Workers outlive a master that was killed, and a record is gone with its directory.
  for (const each of processesIn(directory)) signal(each, "SIGKILL");
  await waitUntil(() => processesIn(directory).length === 0, patience);
  await rm(join(directory, "process"), { force: true });
}

/** The processes of haproxy that work in a directory, there or removed. */
function processesIn(directory: string): ProcessIdentity[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).flatMap((pid) => {
    try {
      const at = readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, "");
      const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
      const identity = identify(pid);
      return at === directory && name === "haproxy" && identity ? [identity] : [];
    } catch {
      // Gone meanwhile.
      return [];
    }
  });
}

/** Writes its own pid and start before it becomes haproxy, so that a crash right here leaves a trace. */
const enter = `echo "$$ $(cut -d' ' -f22 /proc/$$/stat)" > process
exec haproxy -W -f haproxy.cfg`;

class RunningEdge implements Edge {
  readonly address: string;
  readonly authority: string;
  private readonly place: EdgePlace;
  private work: Promise<void> = Promise.resolve();
  private waiting = false;
  private closed = false;
  private inForce = "";

  constructor(
    private readonly options: EdgeOptions,
    private readonly signer: Authority,
  ) {
    const { directory, address, nameServer } = options;
    this.address = address;
    this.authority = authorityFile(directory);
    this.place = {
      ...{ address, nameServer, certificates: join(directory, "certificates") },
      ...{ clients: join(directory, "clients"), trusted: join(directory, "trusted.pem") },
      revoked: join(directory, "revoked.pem"),
    };
  }

  async start(): Promise<void> {
    await this.prepare();
    await this.launch();
  }

  change(): void {
    if (this.waiting || this.closed) return;
    this.waiting = true;
    this.work = this.work
      .then(() => new Promise((resolve) => setTimeout(resolve, pause)))
      .then(() => this.follow())
      // What it cannot follow it says, and serves as before.
      .catch((error: unknown) => console.error(`edge: ${String(error)}`));
  }

  async settled(): Promise<void> {
    await this.work;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.work;
    await clearEdge(this.options.directory);
  }

  private async follow(): Promise<void> {
    this.waiting = false;
    if (this.closed || !(await this.prepare())) return;
    const master = runningIn(this.options.directory);
    if (!master) return this.launch();
    const before = childrenOf(master.pid);
    signal(master, "SIGUSR2");
    // Both accept until the new one has told the old one to stop, which is not when it was forked.
    const isOver = () =>
      childrenOf(master.pid).some((pid) => !before.includes(pid)) &&
      !before.some((pid) => listensAt(pid, this.address, 443));
    if (!(await waitUntil(isOver, patience))) throw new Error(`no reload: ${await this.said()}`);
  }

  /** Writes every file; false where nothing is new. Refuses, with haproxy's words, what it does not take. */
  private async prepare(): Promise<boolean> {
    const { directory, world } = this.options;
    const sites = sitesOf(world);
    const { trusted, revoked } = await trust(world, this.signer);
    const clients = new Map(
      sites.flatMap(({ host, client }) =>
        client
          ? [[clientFile(this.place, host), `${client.privateKey}\n${client.certificate}`] as const]
          : [],
      ),
    );
    const configuration = renderEdge(sites, this.place);
    const names = this.certified();
    const revocations = world.list("cloudflare/revoked_origin_ca_certificate").map(({ id }) => id);
    // A reload begins with an empty cache: other names' copies go too, which costs them a request.
    const purges = world.list(purgeKind).map(({ id, data }) => [id, data["times"]]);
    const all = JSON.stringify([configuration, [...clients], names, revocations, purges]);
    if (all === this.inForce) return false;
    for (const folder of [this.place.certificates, this.place.clients]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    }
    await this.certify(names);
    for (const [file, text] of clients) writeWhole(file, text);
    writeWhole(this.place.trusted, trusted);
    writeWhole(this.place.revoked, revoked);
    const file = join(directory, "haproxy.cfg");
    const next = join(directory, "haproxy.new.cfg");
    writeWhole(next, configuration);
    const checked = await tryRun(["haproxy", "-c", "-f", next], { cwd: directory });
    if (checked.code !== 0) throw new Error(lastLines(checked.stderr + checked.stdout, 6));
    writeWhole(file, configuration);
    this.inForce = all;
    return true;
  }

  /** Names by certificate: of every zone itself and one level below, and those of its further packs. */
  private certified(): readonly (readonly string[])[] {
    const { world } = this.options;
    const packs = world.list("cloudflare/certificate_pack");
    const zones = world.list("cloudflare/zone").map(({ id, data }) => {
      const zone = String(data["name"]).toLowerCase();
      const further = packs
        .filter((pack) => pack.data["zoneId"] === id)
        .flatMap((pack) =>
          Array.isArray(pack.data["hosts"]) ? pack.data["hosts"].map(String) : [],
        );
      return [...new Set([zone, `*.${zone}`, ...further])];
    });
    // haproxy wants one certificate at least.
    return [["edge.invalid"], ...zones];
  }

  private async certify(lists: readonly (readonly string[])[]): Promise<void> {
    const { certificates } = this.place;
    const wanted = new Map<string, readonly string[]>(
      lists.map((names) => {
        const digest = createHash("sha256").update(names.join(" ")).digest("hex").slice(0, 12);
        return [`${digest}.pem`, names] as const;
      }),
    );
    for (const name of await readdir(certificates)) {
      if (!wanted.has(name)) await rm(join(certificates, name));
    }
    for (const [name, names] of wanted) {
      const file = join(certificates, name);
      if (existsSync(file) && !isAlmostOver(readFileSync(file, "utf8"))) continue;
      writeWhole(file, await certificateFor(this.signer, names));
    }
  }

  private async launch(): Promise<void> {
    const { directory, address } = this.options;
    const log = openSync(join(directory, "edge.log"), "w", 0o600);
    const child = spawn("sh", ["-c", enter], {
      ...{ cwd: directory, detached: true, stdio: ["ignore", log, log] },
      env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
    });
    closeSync(log);
    let ended = false;
    child.on("exit", () => (ended = true)).on("error", () => (ended = true));
    child.unref();
    await waitUntil(async () => ended || (await answers(address)), patience);
    if (!ended && (await answers(address))) return;
    const said = await this.said();
    await clearEdge(directory);
    throw new Error(`haproxy does not serve at ${address}: ${said}`);
  }

  private async said(): Promise<string> {
    return lastLines(await readFile(join(this.options.directory, "edge.log"), "utf8"), 6);
  }
}

function isAlmostOver(pem: string): boolean {
  const month = 30 * 86_400_000;
  return Date.parse(new X509Certificate(pem).validTo) < Date.now() + month;
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 443, timeout: 1_000 });
    const end = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.on("connect", () => end(true)).on("error", () => end(false));
    socket.on("timeout", () => end(false));
  });
}

function runningIn(directory: string): ProcessIdentity | undefined {
  return noted(join(directory, "process"));
}

/** Ends the master, which ends its workers. */
async function end(master: ProcessIdentity): Promise<void> {
  signal(master, "SIGTERM");
  await waitUntil(() => !isAlive(master), 5_000);
}
