import { CouldNot } from "./docker";
import { FreshContainer, type ServerKind } from "./fresh-container";
import { collectionsOf, judgeMongo } from "./judge-mongo";
import type { Findings } from "./judge";
import type { ManifestServer } from "./manifest";
import { MongoServer } from "./mongo-server";
import type { Judged, RestoredServer, Restores } from "./restored-server";
import { mongoMajor, WatchedArchive } from "./watched";

const mongo: ServerKind = {
  env: [],
  words: () => [],
  version: (docker, name) => new MongoServer(docker, name, name).version(),
};

/** What is in use keeps its own accounts: whoever works with it logs in by those. */
const inPlace = ["--drop", "--nsExclude", "admin.*"];

/** MongoDB: all of it by one archive of its own tools. Throws `CouldNot` for one whose collections nobody counted. */
export const restoresMongo: Restores = {
  called: "MongoDB",
  major: mongoMajor,
  start(docker, declared, kept) {
    refuseUncounted(declared);
    return FreshContainer.start(docker, declared.image, mongo, kept);
  },
  into(docker, declared, { name, image, inUse }) {
    refuseUncounted(declared);
    const server = new MongoServer(docker, name, image);
    return new RestoredMongo(declared, server, inUse ? inPlace : []);
  },
};

function refuseUncounted({ service, collections }: ManifestServer): void {
  if (collections !== undefined) return;
  throw new CouldNot(
    `${service}: the archive is from before its collections were counted; make another: berth backup`,
  );
}

class RestoredMongo implements RestoredServer {
  private isTaken = false;
  private complaint: string | undefined;

  constructor(
    private readonly declared: ManifestServer,
    private readonly server: MongoServer,
    private readonly how: readonly string[],
  ) {}

  async take(_: string, content: AsyncIterable<Buffer>): Promise<Findings> {
    const { dump } = this.declared;
    const watched = new WatchedArchive(dump!.bytes, content);
    this.complaint = await this.server.load(watched.pass(), ...this.how);
    this.isTaken = true;
    return { failed: watched.problems(this.declared), differs: [] };
  }

  async judge(): Promise<Judged> {
    const tables = new Map<string, number>();
    if (!this.isTaken) return { failed: [], differs: [], bytes: 0, tables };
    const { service, dump } = this.declared;
    const read = await this.server.read();
    const { failed, differs } = judgeMongo(this.declared, read, this.server.imageName);
    if (this.complaint !== undefined) failed.push(`${service}: mongorestore: ${this.complaint}`);
    const wanted = new Set(
      collectionsOf(this.declared).map((each) => `${each.database}.${each.name}`),
    );
    for (const [full, { database, name, documents }] of read.collections) {
      if (wanted.has(full)) tables.set(`${service}/${database}/${name}`, documents);
    }
    return { failed, differs, bytes: dump!.bytes, tables };
  }
}
