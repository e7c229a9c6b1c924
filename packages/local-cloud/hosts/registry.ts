/** The hosts that one local cloud has, as they are on disk and among the machine's processes. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { type HostRecord, readRecords, writeRecord } from "./disk";
import { hostDirectory, type Layout } from "./layout";
import type { ProcessIdentity } from "./process";
import type { HostReport, HostSpec, HostStatus } from "./spec";
import { supervisorOf } from "./supervisor";

/** Records by id, written through to disk. */
export class Registry {
  private readonly records = new Map<string, HostRecord>();
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(private readonly layout: Layout) {}

  /** Reads what an earlier owner left. */
  async load(): Promise<void> {
    for (const record of await readRecords(this.layout)) this.records.set(record.spec.id, record);
  }

  /** Takes in a host whose record is on disk already. */
  add(record: HostRecord): void {
    this.records.set(record.spec.id, record);
  }

  forget(id: string): void {
    this.records.delete(id);
  }

  /** Records a host's new address or firewall. */
  async update(record: HostRecord): Promise<void> {
    await writeRecord(this.layout, record);
    this.records.set(record.spec.id, record);
  }

  ids(): string[] {
    return [...this.records.keys()];
  }

  specs(): HostSpec[] {
    return [...this.records.values()].map(({ spec }) => spec);
  }

  at(address: string): HostSpec | undefined {
    return this.specs().find((spec) => spec.address === address);
  }

  has(id: string): boolean {
    return this.records.has(id);
  }

  /** Refuses an id that no host has. */
  get(id: string): HostRecord {
    const record = this.records.get(id);
    if (!record) throw new Error(`host ${id} does not exist`);
    return record;
  }

  /** Refuses a host that does not run. */
  supervisor(id: string): ProcessIdentity {
    const { spec } = this.get(id);
    const supervisor = supervisorOf(this.layout, id);
    if (!supervisor) throw new Error(`host ${spec.name} (${id}) is ${this.status(id)}`);
    return supervisor;
  }

  status(id: string): HostStatus {
    this.get(id);
    if (supervisorOf(this.layout, id)) return "running";
    return existsSync(join(hostDirectory(this.layout, id), "ended")) ? "off" : "lost";
  }

  report(id: string): HostReport {
    const { spec } = this.get(id);
    const pid = supervisorOf(this.layout, id)?.pid;
    const console = join(hostDirectory(this.layout, id), "console.log");
    return { spec, status: this.status(id), console, ...(pid === undefined ? {} : { pid }) };
  }

  /** One piece of work after the other for one host; different hosts at the same time. */
  inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.turns.get(id) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.turns.set(id, settled);
    return mine;
  }

  /** Answers when no work is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.turns.values());
  }
}
