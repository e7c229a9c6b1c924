import * as fs from "node:fs";
import * as path from "node:path";

import { writeWhole } from "../ground/whole-file";
import type { Props } from "./values";

/** One object of the local cloud: a droplet, a record, a bucket. */
export interface Entity {
  /** `digitalocean/droplet`. */
  readonly kind: string;
  readonly id: string;
  /** What the provider's API would show, in the provider's own property names. */
  readonly data: Props;
}

/**
 * Everything that exists on the local cloud. Held in memory for speed, written through to one
 * JSON file an object, so a crash loses nothing that was answered.
 */
export class World {
  private readonly kinds = new Map<string, Map<string, Entity>>();
  private readonly watchers: ((kind: string) => void)[] = [];

  /** `directory` undefined: nothing is written (tests, parity). */
  constructor(private readonly directory?: string) {
    if (directory) this.load(directory);
  }

  get(kind: string, id: string): Entity | undefined {
    return this.kinds.get(kind)?.get(id);
  }

  /** Objects of one kind, in the order of their making. */
  list(kind: string): Entity[] {
    return [...(this.kinds.get(kind)?.values() ?? [])];
  }

  /** The first object of a kind whose data fits. */
  find(kind: string, fits: (data: Props, id: string) => boolean): Entity | undefined {
    return this.list(kind).find((entity) => fits(entity.data, entity.id));
  }

  /** Every object, kind by kind. */
  all(): Entity[] {
    return [...this.kinds.values()].flatMap((entities) => [...entities.values()]);
  }

  /** Makes or overwrites an object. */
  put(kind: string, id: string, data: Props): Entity {
    const entity = { kind, id, data };
    let entities = this.kinds.get(kind);
    if (!entities) this.kinds.set(kind, (entities = new Map()));
    entities.set(id, entity);
    this.write(entity);
    this.tell(kind);
    return entity;
  }

  /** Merges `changes` into an object that exists; otherwise throws. */
  patch(kind: string, id: string, changes: Props): Entity {
    const entity = this.get(kind, id);
    if (!entity) throw new Error(`no ${kind} with id ${id}`);
    return this.put(kind, id, { ...entity.data, ...changes });
  }

  /** Removes an object; false when there is none. */
  remove(kind: string, id: string): boolean {
    const removed = this.kinds.get(kind)?.delete(id) ?? false;
    if (removed && this.directory) fs.rmSync(this.file(kind, id), { force: true });
    if (removed) this.tell(kind);
    return removed;
  }

  /** Has `told` called after every change, with the kind of what changed. */
  watch(told: (kind: string) => void): void {
    this.watchers.push(told);
  }

  private tell(kind: string): void {
    for (const told of this.watchers) told(kind);
  }

  /** The next number of a named series, starting after `start`; never given twice. */
  next(series: string, start = 0): number {
    const last = Number(this.get("series", series)?.data["last"] ?? start);
    this.put("series", series, { last: last + 1 });
    return last + 1;
  }

  private file(kind: string, id: string): string {
    return path.join(this.directory!, encodeURIComponent(kind), `${encodeURIComponent(id)}.json`);
  }

  private write(entity: Entity): void {
    if (!this.directory) return;
    const file = this.file(entity.kind, entity.id);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    writeWhole(file, JSON.stringify(entity, undefined, 2));
  }

  private load(directory: string): void {
    if (!fs.existsSync(directory)) return;
    for (const kind of fs.readdirSync(directory)) {
      const folder = path.join(directory, kind);
      const files = fs
        .readdirSync(folder)
        .filter((name) => name.endsWith(".json"))
        .map((name) => path.join(folder, name))
        .sort((a, b) => fs.statSync(a).birthtimeMs - fs.statSync(b).birthtimeMs);
      for (const file of files) {
        const entity = JSON.parse(fs.readFileSync(file, "utf8")) as Entity;
        let entities = this.kinds.get(entity.kind);
        if (!entities) this.kinds.set(entity.kind, (entities = new Map()));
        entities.set(entity.id, entity);
      }
    }
  }
}
