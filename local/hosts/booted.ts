/** Machines that boot: the implementation over overlay disks, supervisors and nftables. */

import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { answersSsh } from "./answers-ssh";
import {
  halfMade,
  type HostRecord,
  layersOf,
  prepareDisk,
  readRecords,
  readSnapshot,
  removeDisk,
  takeSnapshot,
  writeRecord,
} from "./disk";
import { type Firewall, firewallProblems } from "./firewall";
import {
  addressAt,
  hostDirectory,
  layoutOf,
  type Layout,
  linkOf,
  snapshotDirectory,
} from "./layout";
import type { Machines, Milestone } from "./machine";
import { type MetadataServer, serveMetadata } from "./metadata-server";
import {
  applyRules,
  exchangeAddress,
  openNetwork,
  refuseTakenAddress,
  resolverConfiguration,
} from "./network";
import { type Finished, isAlive, run, signal, tryRun, waitUntil } from "./process";
import { type HostReport, type HostSpec, type HostStatus, specProblems } from "./spec";
import {
  killSupervisor,
  leaderOf,
  startSupervisor,
  supervisorOf,
  writeNetwork,
} from "./supervisor";
import type { Template } from "./template";

/** systemd's signals: power off and reboot (SIGRTMIN+4 and +5 with glibc's SIGRTMIN, 34). */
const powerOff = 38;
const restart = 39;

/**
 * Opens the hosts of the cloud whose state is in `stateDirectory`, and puts right what a crash
 * left: hosts that run are taken over as they are, half-made hosts and snapshots are removed,
 * bridge, rules and metadata service are there again.
 */
export async function openMachines(stateDirectory: string, template: Template): Promise<Machines> {
  const layout = layoutOf(stateDirectory);
  await mkdir(layout.home, { recursive: true, mode: 0o711 });
  const machines = new BootedMachines(layout, template);
  await machines.recover();
  return machines;
}

class BootedMachines implements Machines {
  private readonly records = new Map<string, HostRecord>();
  private readonly turns = new Map<string, Promise<unknown>>();
  private metadata: MetadataServer | undefined;

  constructor(
    private readonly layout: Layout,
    private readonly template: Template,
  ) {}

  async recover(): Promise<void> {
    for (const record of await readRecords(this.layout)) this.records.set(record.spec.id, record);
    for (const directory of await halfMade(this.layout)) await removeDisk(directory);
    for (const { spec } of this.records.values()) {
      if (this.status(spec.id) !== "running") await killSupervisor(this.layout, spec.id);
    }
    await openNetwork(this.layout);
    const resolver = await resolverConfiguration();
    this.metadata = await serveMetadata(
      {
        gateway: this.layout.gateway,
        nameservers: [...resolver.matchAll(/^nameserver\s+(\S+)/gm)].map(([, server]) => server!),
      },
      (address) => [...this.records.values()].find(({ spec }) => spec.address === address)?.spec,
    );
    await this.applyRules();
  }

  addressAt(n: number): string {
    return addressAt(this.layout, n);
  }

  create(spec: HostSpec): Promise<void> {
    return this.make(spec, layersOf(this.template, spec));
  }

  createFromSnapshot(snapshotId: string, spec: HostSpec): Promise<void> {
    return this.make(spec, readSnapshot(this.layout, snapshotId).lower, snapshotId);
  }

  private make(spec: HostSpec, lower: readonly string[], snapshotId?: string): Promise<void> {
    return this.inTurn(spec.id, async () => {
      refuse(`host ${spec.name}`, [
        ...specProblems(spec),
        ...(spec.firewall ? firewallProblems(spec.firewall) : []),
      ]);
      await this.refuseAddress(spec.id, spec.address);
      await prepareDisk(this.layout, spec, lower, snapshotId);
      this.records.set(spec.id, { spec, lower });
      try {
        if (spec.firewall) await this.applyRules();
        await startSupervisor(this.layout, spec, lower);
      } catch (error) {
        await this.remove(spec.id);
        throw error;
      }
    });
  }

  async ready(id: string, milestone: Milestone = "ssh", timeoutMs = 60_000): Promise<void> {
    const end = performance.now() + timeoutMs;
    const left = () => end - performance.now();
    const { spec } = this.record(id);
    const reached =
      (await waitUntil(() => answersSsh(spec.address), left(), 50)) &&
      (milestone === "ssh" || (await this.finishesBoot(id, left())));
    if (reached) return;
    const said = readFileSync(this.consoleOf(id), "utf8").trim().split("\n").slice(-5).join("\n");
    const seconds = Math.round(timeoutMs / 1000);
    throw new Error(
      `host ${spec.name} (${spec.address}) has not come to ${milestone} in ${seconds} s; ` +
        `it is ${this.status(id)}. Its console (${this.consoleOf(id)}) ends:\n${said}`,
    );
  }

  private async finishesBoot(id: string, timeoutMs: number): Promise<boolean> {
    const script = "cloud-init status --wait; systemctl is-system-running --wait";
    const seconds = String(Math.max(1, Math.ceil(timeoutMs / 1000)));
    const done = await this.exec(id, ["timeout", seconds, "sh", "-c", script]);
    return /(running|degraded)\s*$/.test(done.stdout);
  }

  stop(id: string, options: { readonly force?: boolean } = {}): Promise<void> {
    return this.inTurn(id, async () => {
      this.record(id);
      const supervisor = supervisorOf(this.layout, id);
      if (supervisor && !options.force) {
        // Asked again each second: a system that has only begun to start does not listen yet.
        for (let second = 0; second < 20 && isAlive(supervisor); second++) {
          const leader = leaderOf(supervisor);
          if (leader) signal(leader, powerOff);
          await waitUntil(() => !isAlive(supervisor), 1_000);
        }
      }
      await killSupervisor(this.layout, id);
      await run(["touch", join(hostDirectory(this.layout, id), "ended")]);
    });
  }

  start(id: string, address?: string): Promise<void> {
    return this.inTurn(id, async () => {
      if (this.status(id) === "running") return;
      if (address !== undefined) await this.recordAddress(id, address);
      const { spec, lower } = this.record(id);
      await killSupervisor(this.layout, id);
      await startSupervisor(this.layout, spec, lower);
    });
  }

  reboot(id: string): Promise<void> {
    return this.inTurn(id, async () => {
      const { spec, lower } = this.record(id);
      const supervisor = this.running(id);
      const before = leaderOf(supervisor);
      for (let second = 0; second < 20 && before && isAlive(before); second++) {
        signal(before, restart);
        await waitUntil(() => !isAlive(before), 1_000);
      }
      const again = () => {
        const leader = leaderOf(supervisor);
        return leader !== undefined && leader.pid !== before?.pid;
      };
      if (await waitUntil(again, 5_000)) return;
      await killSupervisor(this.layout, id);
      await startSupervisor(this.layout, spec, lower);
    });
  }

  setAddress(id: string, address: string): Promise<void> {
    return this.inTurn(id, async () => {
      const { spec } = this.record(id);
      if (spec.address === address) return;
      await this.recordAddress(id, address);
      const supervisor = supervisorOf(this.layout, id);
      const leader = supervisor && leaderOf(supervisor);
      if (leader) await exchangeAddress(this.layout, id, leader.pid, spec.address, address);
    });
  }

  snapshot(id: string, snapshotId: string): Promise<void> {
    return this.inTurn(id, () => takeSnapshot(this.layout, this.record(id), snapshotId));
  }

  async deleteSnapshot(snapshotId: string): Promise<void> {
    await removeDisk(snapshotDirectory(this.layout, snapshotId));
  }

  delete(id: string): Promise<void> {
    return this.inTurn(id, () => this.remove(id));
  }

  private async remove(id: string): Promise<void> {
    const known = this.records.get(id);
    await killSupervisor(this.layout, id);
    await tryRun(["ip", "link", "delete", linkOf(this.layout, id)]);
    await removeDisk(hostDirectory(this.layout, id));
    this.records.delete(id);
    if (known?.spec.firewall) await this.applyRules();
  }

  guard(id: string, firewall: Firewall | undefined): Promise<void> {
    return this.inTurn(id, async () => {
      if (firewall) refuse(`firewall of host ${id}`, firewallProblems(firewall));
      const { spec, lower } = this.record(id);
      const { firewall: _, ...open } = spec;
      await this.update({ spec: firewall ? { ...open, firewall } : open, lower });
      await this.applyRules();
    });
  }

  async exec(id: string, argv: readonly string[], input = ""): Promise<Finished> {
    const supervisor = this.running(id);
    await waitUntil(() => leaderOf(supervisor) !== undefined, 5_000);
    const leader = leaderOf(supervisor);
    if (!leader) throw new Error(`host ${id} is between two boots; try again`);
    const into = ["nsenter", "--target", String(leader.pid), "--all", "--root", "--wd", "--"];
    const env = {
      HOME: "/root",
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    };
    return tryRun([...into, ...argv], { input, env });
  }

  async list(): Promise<HostReport[]> {
    return [...this.records.values()].map(({ spec }) => {
      const pid = supervisorOf(this.layout, spec.id)?.pid;
      const console = this.consoleOf(spec.id);
      const status = this.status(spec.id);
      return { spec, status, console, ...(pid === undefined ? {} : { pid }) };
    });
  }

  async restartLost(): Promise<void> {
    const lost = [...this.records.keys()].filter((id) => this.status(id) === "lost");
    await Promise.all(lost.map((id) => this.start(id)));
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.turns.values());
    await this.metadata?.close();
  }

  private consoleOf(id: string): string {
    return join(hostDirectory(this.layout, id), "console.log");
  }

  private record(id: string): HostRecord {
    const record = this.records.get(id);
    if (!record) throw new Error(`host ${id} does not exist`);
    return record;
  }

  private running(id: string) {
    const { spec } = this.record(id);
    const supervisor = supervisorOf(this.layout, id);
    if (!supervisor) throw new Error(`host ${spec.name} (${id}) is ${this.status(id)}`);
    return supervisor;
  }

  private status(id: string): HostStatus {
    this.record(id);
    if (supervisorOf(this.layout, id)) return "running";
    return existsSync(join(hostDirectory(this.layout, id), "ended")) ? "off" : "lost";
  }

  private async recordAddress(id: string, address: string): Promise<void> {
    const { spec, lower } = this.record(id);
    if (spec.address === address) return;
    refuse(`host ${spec.name}`, specProblems({ ...spec, address }));
    await this.refuseAddress(id, address);
    await this.update({ spec: { ...spec, address }, lower });
    await writeNetwork(this.layout, id, address);
  }

  private async refuseAddress(id: string, address: string): Promise<void> {
    const other = [...this.records.values()].find(({ spec }) => spec.address === address);
    if (other && other.spec.id !== id) {
      throw new Error(`address ${address} is host ${other.spec.name}'s (${other.spec.id})`);
    }
    await refuseTakenAddress(this.layout, address);
  }

  private async update(record: HostRecord): Promise<void> {
    await writeRecord(this.layout, record);
    this.records.set(record.spec.id, record);
  }

  private async applyRules(): Promise<void> {
    const guarded = [...this.records.values()].map(({ spec }) => ({
      link: linkOf(this.layout, spec.id),
      ...(spec.firewall ? { firewall: spec.firewall } : {}),
    }));
    await this.inTurn("firewall rules", () =>
      applyRules(this.layout, guarded, this.metadata?.port),
    );
  }

  /** One call after the other for one host; different hosts at the same time. */
  private inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.turns.get(id) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.turns.set(
      id,
      mine.catch(() => undefined),
    );
    return mine;
  }
}

function refuse(what: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(`${what}:\n${problems.map((p) => `- ${p}`).join("\n")}`);
}
