import type { ResolvedProject } from "../../components/placement/resolved";
import { Refusal } from "../ground/usage";
import { choose, foreign } from "./choose";
import { WrongKey } from "./decrypted";
import { CouldNot, type Docker } from "./docker";
import { Download } from "./download";
import type { EvidenceRecord, Found } from "./evidence";
import { judgeDatabase, judgeLikely, judgeTree, type Findings } from "./judge";
import type { Holdings } from "./keys";
import {
  insideOf,
  readManifest,
  type Manifest,
  type ManifestDatabase,
  type ManifestServer,
} from "./manifest";
import { FreshServer } from "./fresh-server";
import type { Complaints } from "./server";
import { Sandbox, type SiftedTree } from "./sandbox";
import type { Store } from "./store";
import { major, Watched } from "./watched";

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
  private readonly servers = new Map<string, FreshServer>();
  private readonly complaints = new Map<string, Complaints>();
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
      for (const server of this.servers.values()) {
        if (isKept) server.leave();
        else await server.stop();
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
    const dumps = manifest.databases.flatMap(({ globals, databases }) => [
      ...(globals ? [globals] : []),
      ...databases,
    ]);
    for (const path of ["manifest.json", ...dumps.map((each) => each.path)]) {
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
    for (const server of manifest.databases) {
      const database = server.databases.find(({ path }) => path === member);
      const isGlobals = server.globals?.path === member;
      if (database === undefined && !isGlobals) continue;
      if (server.kind !== "postgres") {
        throw new CouldNot(`${server.service}: a drill of ${server.kind} is not made yet`);
      }
      const to = await this.server(server);
      const declared = database ?? server.globals!;
      const watched = new Watched(declared.bytes, content);
      if (database === undefined) {
        const { errors, first } = await to.load("template1", watched.pass(), false);
        if (errors > 0)
          this.differs.push(
            `${server.service}: ${errors} statements about roles failed, the first: ${first}`,
          );
      } else {
        this.differs.push(...(await to.create(database)));
        this.complaints.set(member, await to.load(database.name, watched.pass(), true));
      }
      this.failed.push(...watched.problems(declared.sha256, database, server));
      return;
    }
    this.failed.push(`${member}: is in the archive, and its manifest does not name it`);
  }

  /** A fresh server of a service's own image. Throws `CouldNot` where that is of another major version. */
  private async server({
    service,
    image,
    imageId,
    server: version,
  }: ManifestServer): Promise<FreshServer> {
    const there = this.servers.get(service);
    if (there !== undefined) return there;
    this.drill.say(`${service}: a fresh server of ${image}`);
    const fresh = await FreshServer.start(
      this.drill.docker,
      image,
      this.drill.kept?.server(service),
    );
    this.servers.set(service, fresh);
    this.images.push({ service, image, imageId: fresh.image.id, server: fresh.version });
    if (fresh.image.id !== imageId) {
      this.differs.push(
        `${service}: ${image} is another build here (${fresh.image.id.slice(7, 19)}) than on the node (${imageId.slice(7, 19)})`,
      );
    }
    if (major(fresh.version) !== major(version)) {
      throw new CouldNot(
        `${service}: was dumped from PostgreSQL ${version}, and ${image} is ${fresh.version} here: another major version`,
      );
    }
    return fresh;
  }

  private async judge(manifest: Manifest): Promise<void> {
    for (const server of manifest.databases) {
      const fresh = this.servers.get(server.service);
      if (fresh === undefined) continue;
      const roles = await fresh.roles();
      const lacking = server.roles.filter((role) => !roles.includes(role));
      if (lacking.length > 0)
        this.differs.push(`${server.service}: has no role ${lacking.join(", ")}`);
      for (const database of server.databases) await this.judgeDatabase(server, database, fresh);
    }
    for (const tree of manifest.files) {
      const sifted = this.trees.get(tree.name);
      this.add(judgeTree(tree, sifted));
      this.held.files += sifted?.files ?? 0;
      this.held.bytes += sifted?.bytes ?? 0;
    }
    const share = this.drill.project.backup?.mayShrinkTo ?? 0.5;
    this.add(judgeLikely(manifest, this.held, this.drill.last, share));
  }

  private async judgeDatabase(
    { service }: ManifestServer,
    database: ManifestDatabase,
    fresh: FreshServer,
  ): Promise<void> {
    const complaint = this.complaints.get(database.path);
    if (complaint === undefined) return;
    const restored = await fresh.restored(database.name);
    const { failed, differs } = judgeDatabase(database, restored, fresh.image.name);
    if (complaint.errors > 0) {
      const what = `${database.name}: ${complaint.errors} statements failed, the first: ${complaint.first}`;
      (failed.length > 0 ? failed : differs).push(what);
    }
    this.add({ failed, differs });
    this.held.bytes += database.bytes;
    for (const [table, { rows }] of restored.tables) {
      this.held.tables[`${service}/${database.name}/${table}`] = rows;
      this.held.rows += rows;
    }
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
