/** Machines that boot: the implementation over overlay disks, supervisors and nftables. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Listening } from "../ground/listen";
import { waitForMilestone } from "./answers";
import { halfMade, layersOf, prepareDisk, readSnapshot, removeDisk, takeSnapshot } from "./disk";
import { type Firewall, firewallProblems, type ServicePorts } from "./firewall";
import { addressAt, hostDirectory, type Layout, linkOf, snapshotDirectory } from "./layout";
import { runInside } from "./inside";
import type { Machines, Milestone } from "./machine";
import { serveMetadata } from "./metadata-server";
import {
  applyRules,
  exchangeAddress,
  hasIpv6,
  nameServersIn,
  openNetwork,
  refuseTakenAddress,
  resolverConfiguration,
  resolverConfigurationAt,
} from "./network";
import { type Finished, isAlive, signal, tryRun, waitUntil } from "./process";
import { Registry } from "./registry";
import type { GatewayService } from "./service";
import { type HostReport, type HostSpec, specProblems } from "./spec";
import {
  killSupervisor,
  leaderOf,
  shellOf,
  startSupervisor,
  supervisorOf,
  writeNetwork,
} from "./supervisor";
import type { Template } from "./template";

/** systemd's signals: power off and reboot (SIGRTMIN+4 and +5 with glibc's SIGRTMIN, 34). */
const powerOff = 38;
const restart = 39;

/** What else hosts find on this machine. */
export interface MachinesOptions {
  /**
   * Starts the name server that new hosts ask, at the gateway's address; its port is free to choose. Without
   * it they ask this machine's own.
   */
  serveNames?(gateway: string): Promise<{ readonly port: number }>;
  /** Further services; they are closed with the machines. */
  readonly services?: readonly GatewayService[];
}

/**
 * Opens the hosts of the cloud whose state is in `stateDirectory`, and puts right what a crash
 * left: hosts that run are taken over as they are, half-made hosts and snapshots are removed,
 * bridge, rules and metadata service are there again.
 */
export async function openMachines(
  layout: Layout,
  template: Template,
  options: MachinesOptions = {},
): Promise<Machines> {
  for (const folder of ["machines", "snapshots"]) {
    await mkdir(join(layout.home, folder), { recursive: true, mode: 0o700 });
  }
  const machines = new BootedMachines(layout, template, options);
  await machines.recover();
  return machines;
}

class BootedMachines implements Machines {
  private readonly hosts: Registry;
  private metadata: Listening | undefined;
  private ports: ServicePorts = {};
  private resolver = "";

  constructor(
    private readonly layout: Layout,
    private readonly template: Template,
    private readonly options: MachinesOptions,
  ) {
    this.hosts = new Registry(layout);
  }

  async recover(): Promise<void> {
    await this.hosts.load();
    for (const directory of await halfMade(this.layout)) await removeDisk(directory);
    for (const id of this.hosts.ids()) {
      if (this.hosts.status(id) !== "running") await killSupervisor(this.layout, id);
    }
    await openNetwork(this.layout);
    const { gateway } = this.layout;
    const names = await this.options.serveNames?.(gateway);
    this.resolver = await (names ? resolverConfigurationAt(gateway) : resolverConfiguration());
    const network = { gateway, nameservers: nameServersIn(this.resolver) };
    this.metadata = await serveMetadata(network, (address) => this.hosts.at(address));
    this.ports = {
      ...{ metadata: this.metadata.port, further: await this.serveFurther() },
      ...(names ? { names: names.port } : {}),
    };
    await this.applyRules();
  }

  private async serveFurther(): Promise<Record<number, number>> {
    const ports: Record<number, number> = {};
    for (const service of this.services) {
      ports[service.port] = (await service.serve(this.layout.gateway)).port;
    }
    return ports;
  }

  private get services(): readonly GatewayService[] {
    return this.options.services ?? [];
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
    return this.hosts.inTurn(spec.id, async () => {
      refuse(`host ${spec.name}`, [
        ...specProblems(spec),
        ...(spec.firewall ? firewallProblems(spec.firewall) : []),
        ...(spec.address6 === undefined || hasIpv6()
          ? []
          : ["address6: this machine's own IPv6 is switched off; switch it on, or leave it out"]),
      ]);
      await this.refuseAddress(spec.id, spec.address);
      const files = this.services.flatMap((service) => service.files(this.layout.gateway));
      const { resolver, services, layout } = this;
      await prepareDisk(layout, spec, {
        ...{ lower, snapshotId, resolver, files },
        names: services.flatMap(({ names = [] }) =>
          names.map((name) => `${layout.gateway} ${name}`),
        ),
        authorities: services.flatMap((service) => service.authority?.() ?? []),
      });
      this.hosts.add({ spec, lower });
      try {
        if (spec.firewall) await this.applyRules();
        await startSupervisor(this.layout, spec, lower);
      } catch (error) {
        await this.remove(spec.id);
        throw error;
      }
    });
  }

  ready(id: string, milestone: Milestone = "ssh", timeoutMs = 60_000): Promise<void> {
    const execute = (argv: readonly string[]) => this.exec(id, argv);
    return waitForMilestone(() => this.hosts.report(id), execute, milestone, timeoutMs);
  }

  stop(id: string, options: { readonly force?: boolean } = {}): Promise<void> {
    return this.hosts.inTurn(id, async () => {
      this.hosts.get(id);
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
      await writeFile(join(hostDirectory(this.layout, id), "ended"), "");
    });
  }

  start(id: string, address?: string): Promise<void> {
    return this.hosts.inTurn(id, async () => {
      if (this.hosts.status(id) === "running") return;
      if (address !== undefined) await this.recordAddress(id, address);
      const { spec, lower } = this.hosts.get(id);
      await killSupervisor(this.layout, id);
      await startSupervisor(this.layout, spec, lower);
    });
  }

  reboot(id: string): Promise<void> {
    return this.hosts.inTurn(id, async () => {
      const { spec, lower } = this.hosts.get(id);
      const supervisor = this.hosts.supervisor(id);
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
    return this.hosts.inTurn(id, async () => {
      const { spec } = this.hosts.get(id);
      if (spec.address === address) return;
      await this.recordAddress(id, address);
      const supervisor = supervisorOf(this.layout, id);
      const shell = supervisor && shellOf(supervisor);
      if (shell) await exchangeAddress(this.layout, id, shell, spec.address, address);
    });
  }

  snapshot(id: string, snapshotId: string): Promise<void> {
    return this.hosts.inTurn(id, () => takeSnapshot(this.layout, this.hosts.get(id), snapshotId));
  }

  async deleteSnapshot(snapshotId: string): Promise<void> {
    await removeDisk(snapshotDirectory(this.layout, snapshotId));
  }

  delete(id: string): Promise<void> {
    return this.hosts.inTurn(id, () => this.remove(id));
  }

  private async remove(id: string): Promise<void> {
    const guarded = this.hosts.has(id) && this.hosts.get(id).spec.firewall !== undefined;
    await killSupervisor(this.layout, id);
    await tryRun(["ip", "link", "delete", linkOf(this.layout, id)]);
    await removeDisk(hostDirectory(this.layout, id));
    this.hosts.forget(id);
    if (guarded) await this.applyRules();
  }

  guard(id: string, firewall: Firewall | undefined): Promise<void> {
    return this.hosts.inTurn(id, async () => {
      if (firewall) refuse(`firewall of host ${id}`, firewallProblems(firewall));
      const { spec, lower } = this.hosts.get(id);
      const changed: { -readonly [K in keyof HostSpec]: HostSpec[K] } = { ...spec };
      delete changed.firewall;
      if (firewall) changed.firewall = firewall;
      await this.hosts.update({ spec: changed, lower });
      await this.applyRules();
    });
  }

  async exec(id: string, argv: readonly string[], input = ""): Promise<Finished> {
    return runInside(this.hosts.supervisor(id), argv, input);
  }

  async list(): Promise<HostReport[]> {
    return this.hosts.ids().map((id) => this.hosts.report(id));
  }

  async restartLost(): Promise<void> {
    const lost = this.hosts.ids().filter((id) => this.hosts.status(id) === "lost");
    await Promise.all(lost.map((id) => this.start(id)));
  }

  async close(): Promise<void> {
    await this.hosts.settled();
    await this.metadata?.close();
    for (const service of this.services) await service.close();
  }

  private async recordAddress(id: string, address: string): Promise<void> {
    const { spec, lower } = this.hosts.get(id);
    if (spec.address === address) return;
    refuse(`host ${spec.name}`, specProblems({ ...spec, address }));
    await this.refuseAddress(id, address);
    const moved = { ...spec, address };
    await this.hosts.update({ spec: moved, lower });
    await writeNetwork(this.layout, moved);
  }

  private async refuseAddress(id: string, address: string): Promise<void> {
    const other = this.hosts.at(address);
    if (other && other.id !== id) {
      throw new Error(`address ${address} is host ${other.name}'s (${other.id})`);
    }
    await refuseTakenAddress(this.layout, address);
  }

  private async applyRules(): Promise<void> {
    const guarded = this.hosts.specs().map((spec) => ({
      link: linkOf(this.layout, spec.id),
      ...(spec.firewall ? { firewall: spec.firewall } : {}),
    }));
    await this.hosts.inTurn("firewall rules", () => applyRules(this.layout, guarded, this.ports));
  }
}

function refuse(what: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(`${what}:\n${problems.map((p) => `- ${p}`).join("\n")}`);
}
