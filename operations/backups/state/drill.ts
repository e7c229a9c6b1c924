import * as os from "node:os";

import type { Context } from "../../ground/context";
import { Refusal } from "../../ground/usage";
import { freshHours } from "../choose";
import { decrypted, WrongKey } from "../decrypted";
import { CouldNot } from "../docker";
import { mustBeDeclared } from "../drill-key";
import { sealed, tips, type DrillKey, type Found } from "../evidence";
import { evidenceKey } from "../keys";
import { recordsOf } from "../projects";
import { prune } from "../prune";
import { Store } from "../store";
import { stateSlug } from "../../../components/fleet/backup-prefix";
import { sha256 } from "./copy";
import { prunableCopies, readStateManifest, stateCopies } from "./manifest";
import { declaredStatePlace } from "./place";
import { Rebuilt } from "./rebuilt";

/**
 * `berth drill --state`: proves the newest copy of Berth's own state. In an empty directory and an empty backend each
 * stack is made from the copy alone, and a preview of each must show no change. Writes a signed record. After a proof,
 * copies that are older than archives are kept go, unless `keeps`; the proven one never does.
 */
export async function drillState(
  context: Context,
  { key, keeps }: { readonly key: DrillKey; readonly keeps: boolean },
): Promise<Found> {
  const { place, stacks } = declaredStatePlace(context);
  mustBeDeclared(key, "prod", [{ place }]);
  const store = new Store(place, context.env);
  const found = await new StateProof(context, store, stacks).run();
  const records = await recordsOf(store, await store.holdings());
  await store.create(evidenceKey(place.prefix, context.now), sealed(found, tips(records), key));
  if (!keeps && found.verdict === "proven") await pruneCopies(context, store, found.archive!.key);
  return found;
}

async function pruneCopies(context: Context, store: Store, proven: string): Promise<void> {
  const { prefix, bucket } = store.place;
  const how = { proven, keepDays: bucket.keepDays, now: context.now };
  const keys = prunableCopies(prefix, await store.list(prefix), how);
  await prune(context, store, { keys, whose: stateSlug });
}

class StateProof {
  private readonly reasons: string[] = [];
  private readonly held: Found["held"] = { bytes: 0, rows: 0, files: 0, tables: {} };
  private archive: Found["archive"] = null;
  private seconds: number | null = null;

  constructor(
    private readonly context: Context,
    private readonly store: Store,
    private readonly stacks: readonly string[],
  ) {}

  async run(): Promise<Found> {
    let couldNot: string | undefined;
    try {
      await this.prove();
    } catch (error) {
      if (error instanceof WrongKey) this.reasons.push(`the copy ${error.message}`);
      else if (error instanceof CouldNot || error instanceof Refusal) couldNot = error.message;
      else throw error;
    }
    const isBad = this.reasons.length > 0;
    const user = this.context.env["USER"] ?? os.userInfo().username;
    return {
      ...{ format: 1, project: stateSlug, environment: "prod" },
      begun: this.context.now.toISOString(),
      finished: new Date().toISOString(),
      verdict: isBad ? "failed" : couldNot === undefined ? "proven" : "could not run",
      reasons: [...this.reasons, ...(couldNot === undefined ? [] : [couldNot])],
      ...{ differences: [], archive: this.archive, images: [], held: this.held },
      recovery: { seconds: this.seconds, targetMinutes: null },
      ran: { in: null, by: `${user}@${os.hostname()}` },
    };
  }

  private async prove(): Promise<void> {
    const { store, context } = this;
    const began = performance.now();
    const { prefix } = store.place;
    const newest = stateCopies(prefix, await store.list(prefix)).at(-1);
    if (newest === undefined) {
      this.reasons.push(`there is no copy below ${prefix}: berth backup --state`);
      return;
    }
    const hours = (context.now.getTime() - newest.at.getTime()) / 3_600_000;
    if (hours > freshHours) {
      this.reasons.push(
        `${newest.manifest}: is ${Math.floor(hours)} h old; ${freshHours} h are allowed`,
      );
    }
    const text = await store.text(newest.manifest);
    const manifest = readStateManifest(text);
    if (typeof manifest === "string") {
      this.reasons.push(`${newest.manifest}: is no manifest: ${manifest}`);
      return;
    }
    const { manifest: key } = newest;
    this.archive = { key, bytes: Buffer.byteLength(text), sha256: sha256(text) };
    const known = [...Object.keys(manifest.stacks), ...manifest.absent];
    const lacking = this.stacks.filter((name) => !known.includes(name));
    if (lacking.length > 0) this.reasons.push(`${key}: lacks ${lacking.join(", ")}`);
    await this.rebuild(Object.entries(manifest.stacks));
    this.seconds = Math.round((performance.now() - began) / 100) / 10;
  }

  private async rebuild(
    stacks: readonly (readonly [
      string,
      { readonly key: string; readonly sha256: string; readonly inside: string },
    ])[],
  ): Promise<void> {
    const rebuilt = new Rebuilt(this.context);
    try {
      for (const [name, each] of stacks) await this.bring(rebuilt, name, each);
      if (this.reasons.length > 0) return;
      const previewed = await Promise.all(
        stacks.map(async ([name]) => {
          const changes = await rebuilt.changes(name);
          return changes === undefined
            ? []
            : [`${name}: its preview is not without changes:\n${changes}`];
        }),
      );
      this.reasons.push(...previewed.flat());
    } finally {
      rebuilt.remove();
    }
  }

  private async bring(
    rebuilt: Rebuilt,
    name: string,
    { key, sha256: sum, inside }: { key: string; sha256: string; inside: string },
  ): Promise<void> {
    const object = await this.store.text(key);
    if (sha256(object) !== sum) {
      this.reasons.push(`${key}: its bytes are not those that were written`);
      return;
    }
    const text = await opened(object, this.context.env["BERTH_AGE_IDENTITY"]);
    if (sha256(text) !== inside) {
      this.reasons.push(`${key}: holds another text than was copied`);
      return;
    }
    const wrong = await rebuilt.bring(name, text);
    if (wrong !== undefined) {
      this.reasons.push(`${name}: ${wrong}`);
      return;
    }
    const count = (JSON.parse(text) as { deployment: { resources?: unknown[] } }).deployment
      .resources?.length;
    this.held.tables[name] = count ?? 0;
    this.held.rows += count ?? 0;
    this.held.files += 1;
    this.held.bytes += Buffer.byteLength(text);
  }
}

async function opened(armoured: string, identity: string | undefined): Promise<string> {
  const { armor } = await import("age-encryption");
  let sealedBytes: Uint8Array;
  try {
    sealedBytes = armor.decode(armoured);
  } catch {
    throw new WrongKey("is not what age writes");
  }
  const chunks: Buffer[] = [];
  const whole = (async function* () {
    yield Promise.resolve(Buffer.from(sealedBytes));
  })();
  for await (const chunk of decrypted(whole, identity)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
