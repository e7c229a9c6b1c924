import type { ResolvedProject } from "../../components/placement/resolved";
import { Refusal } from "../ground/usage";
import { choose, foreign } from "./choose";
import { WrongKey } from "./decrypted";
import { CouldNot, type Docker } from "./docker";
import { Download } from "./download";
import type { EvidenceRecord, Found } from "./evidence";
import { judgeLikely, judgeLiving, judgeTree, type Findings } from "./judge";
import type { Holdings } from "./keys";
import { insideOf, readManifest, type Manifest, type ManifestServer } from "./manifest";
import type { FreshContainer } from "./fresh-container";
import { restores } from "./restores";
import { membersOf, refuseOther, type RestoredServer } from "./restored-server";
import { Sandbox, type SiftedTree } from "./sandbox";
import type { Store } from "./store";

/** What a drill goes by. */
export interface Drill {
  readonly project: ResolvedProject;
  readonly environment: string;
  readonly store: Store;
  readonly docker: Docker;
  readonly now: Date;
  /** Where this computer is and who drills, for the record. */
  readonly ran: Found["ran"];
  /** The last archive that was proven before. */
  readonly last: EvidenceRecord | undefined;
  /** File with identities of age, for archives that are encrypted. */
  readonly identity: string | undefined;
  /** Names of what stays, where it is no drill: of a service's server, and of the volume of a tree. */
  readonly kept?: {
    readonly server: (service: string) => string;
    readonly tree: (name: string) => string;
  };
  readonly say: (text: string) => void;
  /** Aborted when the person ends the drill. */
  readonly signal: AbortSignal;
}

/** One archive that is being judged: everything that is found about it. */
export class Proof {
  private readonly failed: string[] = [];
  private readonly differs: string[] = [];
  private readonly images: Found["images"] = [];
  private readonly servers = new Map<string, RestoredServer>();
  private readonly fresh: FreshContainer[] = [];
  private readonly trees = new Map<string, SiftedTree>();
  private readonly held: Found["held"] = { bytes: 0, rows: 0, files: 0, tables: {} };
  private archive: Found["archive"] = null;
  private recovered: number | null = null;
  private sandbox: Sandbox | undefined;

  constructor(private readonly drill: Drill) {}

  /** Restores the newest archive and judges what is there then. Never throws for what it finds, or for what keeps it from finding. */
  async run(holdings: Holdings): Promise<Found> {
    let couldNot: string | undefined;
    try {
      await this.prove(holdings);
    } catch (error) {
      if (!(error instanceof CouldNot) && !(error instanceof Refusal)) throw error;
      couldNot = error.message;
    } finally {
      this.sandbox?.end();
      const isKept = this.drill.kept !== undefined;
      for (const each of this.fresh) {
        if (isKept) each.leave();
        else await each.stop();
      }
    }
    return this.found(couldNot);
  }

  private found(couldNot: string | undefined): Found {
    const { project, environment, now, ran } = this.drill;
    // What was found before something kept the drill from going on stands: the archive is not good.
    const isBad = this.failed.length > 0;
    const verdict = isBad ? "failed" : couldNot === undefined ? "proven" : "could not run";
    return {
      ...{ format: 1, project: project.slug, environment, verdict, ran },
      begun: now.toISOString(),
      finished: new Date().toISOString(),
      reasons: [...this.failed, ...(couldNot === undefined ? [] : [couldNot])],
      differences: this.differs,
      ...{ archive: this.archive, images: this.images, held: this.held },
      recovery: {
        seconds: this.recovered,
        targetMinutes: project.backup?.recoveryMinutes ?? null,
      },
    };
  }

  private async prove(holdings: Holdings): Promise<void> {
    const { store, say, now, project, environment } = this.drill;
    const chosen = choose(holdings, store.place.prefix, now);
    this.add(chosen);
    if (chosen.archive === undefined) return;
    const text = await store.text(chosen.archive.manifest);
    const manifest = readManifest(text);
    if (typeof manifest === "string") {
      this.failed.push(`${chosen.archive.manifest}: is no manifest: ${manifest}`);
      return;
    }
    const { key, bytes } = chosen.archive;
    this.archive = { ...manifest.archive, key };
    const strange = foreign(chosen.archive, manifest, { project: project.slug, environment });
    this.failed.push(...strange);
    if (strange.length > 0) return;
    say(`${project.slug}: ${key} (${bytes} bytes)`);
    const began = performance.now();
    if (!(await this.restore(key, manifest, text))) return;
    this.recovered = Math.round((performance.now() - began) / 100) / 10;
    await this.judge(manifest);
  }

  /** Loads all of an archive. Answers whether it is the one of its manifest, so that what came of it can be judged. */
  private async restore(key: string, manifest: Manifest, text: string): Promise<boolean> {
    const { docker, store, signal, identity, kept } = this.drill;
    const trees = kept === undefined ? [] : manifest.files.map(({ name }) => name);
    const sandbox = (this.sandbox = new Sandbox(
      docker,
      new Map(trees.map((name) => [name, kept!.tree(name)])),
    ));
    signal.addEventListener("abort", () => sandbox.end(), { once: true });
    const download = new Download(store, key, identity, signal);
    const fed = sandbox.feed(download.bytes());
    // It is awaited below; what went wrong there is said there.
    fed.catch(() => undefined);
    const seen = new Set<string>();
    let broken: string | undefined;
    for await (const frame of sandbox.sifted()) {
      if ("broken" in frame) broken = frame.broken;
      else if ("tree" in frame) this.trees.set(frame.tree, frame);
      else if ("member" in frame) {
        seen.add(frame.member);
        await this.member(frame.member, frame.content, manifest, text);
      }
    }
    try {
      await fed;
    } catch (error) {
      if (!(error instanceof WrongKey)) throw error;
      this.failed.push(`${key}: ${error.message}`);
      return false;
    }
    const { sha256: declared } = manifest.archive;
    const sha256 = download.sha256();
    if (broken !== undefined) this.failed.unshift(`${key}: ${broken}`);
    if (sha256 !== declared) {
      const what = `SHA-256 ${sha256.slice(0, 12)}…, its manifest says ${declared.slice(0, 12)}…`;
      this.failed.unshift(`${key}: its bytes are not those that were written: ${what}`);
    }
    if (broken !== undefined || sha256 !== declared) return false;
    for (const path of ["manifest.json", ...manifest.databases.flatMap(membersOf)]) {
      if (!seen.has(path)) this.failed.push(`${key}: ${path} is not in it`);
    }
    return true;
  }

  private async member(
    member: string,
    content: AsyncIterable<Buffer>,
    manifest: Manifest,
    text: string,
  ): Promise<void> {
    if (member === "manifest.json") {
      const parts: Buffer[] = [];
      for await (const chunk of content) parts.push(chunk);
      const inside = Buffer.concat(parts).toString("utf8");
      if (!isSameInside(inside, text)) {
        this.failed.push("the manifest inside of the archive is another than the one beside it");
      }
      return;
    }
    const server = manifest.databases.find((each) => membersOf(each).includes(member));
    if (server === undefined) {
      this.failed.push(`${member}: is in the archive, and its manifest does not name it`);
      return;
    }
    const to = await this.server(server);
    this.add(await to.take(member, content));
  }

  /** A fresh server of a service's own image. */
  private async server(declared: ManifestServer): Promise<RestoredServer> {
    const { service, image, imageId, kind } = declared;
    const there = this.servers.get(service);
    if (there !== undefined) return there;
    this.drill.say(`${service}: a fresh server of ${image}`);
    const { docker, kept } = this.drill;
    const fresh = await restores[kind].start(docker, declared, kept?.server(service));
    this.fresh.push(fresh);
    const of = { name: fresh.name, image: fresh.image.name, inUse: false };
    const restored = restores[kind].into(docker, declared, of);
    this.servers.set(service, restored);
    this.images.push({ service, image, imageId: fresh.image.id, server: fresh.version });
    if (fresh.image.id !== imageId) {
      this.differs.push(
        `${service}: ${image} is another build here (${fresh.image.id.slice(7, 19)}) than on the node (${imageId.slice(7, 19)})`,
      );
    }
    refuseOther(declared, fresh.version, restores[kind]);
    return restored;
  }

  private async judge(manifest: Manifest): Promise<void> {
    for (const server of this.servers.values()) {
      const { bytes, tables, ...found } = await server.judge();
      this.add(found);
      this.held.bytes += bytes;
      for (const [table, rows] of tables) {
        this.held.tables[table] = rows;
        this.held.rows += rows;
      }
    }
    for (const tree of manifest.files) {
      const sifted = this.trees.get(tree.name);
      this.add(judgeTree(tree, sifted));
      this.held.files += sifted?.files ?? 0;
      this.held.bytes += sifted?.bytes ?? 0;
    }
    this.add(judgeLiving(manifest));
    const share = this.drill.project.backup?.mayShrinkTo ?? 0.5;
    this.add(judgeLikely(manifest, this.held, this.drill.last, share));
  }

  private add({ failed, differs = [] }: Pick<Findings, "failed"> & Partial<Findings>): void {
    this.failed.push(...failed);
    this.differs.push(...differs);
  }
}

function isSameInside(inside: string, beside: string): boolean {
  try {
    return insideOf(inside) === insideOf(beside);
  } catch {
    return false;
  }
}
