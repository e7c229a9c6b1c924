import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

import { judgeMongo } from "../../../operations/backups/judge-mongo";
import type { ManifestServer } from "../../../operations/backups/manifest";
import { MongoArchive } from "../../../operations/backups/mongo-archive";
import { WatchedArchive } from "../../../operations/backups/watched";

/** Documents as MongoDB keeps them, and an archive as mongodump writes it. */
const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const document = (fields: Record<string, string | number | boolean>) => {
  const parts = Object.entries(fields).map(([name, value]) => {
    const head = (kind: number) => Buffer.from([kind, ...Buffer.from(`${name}\0`)]);
    if (typeof value === "boolean") return Buffer.concat([head(8), Buffer.from([value ? 1 : 0])]);
    if (typeof value === "number") return Buffer.concat([head(16), uint32(value)]);
    const text = Buffer.from(`${value}\0`);
    return Buffer.concat([head(2), uint32(text.length), text]);
  });
  const body = Buffer.concat([...parts, Buffer.from([0])]);
  return Buffer.concat([uint32(body.length + 4), body]);
};
const end = uint32(0xffffffff);
const indexed = (...names: string[]) =>
  JSON.stringify({ indexes: names.map((name) => ({ name })), uuid: "0" });
const described = (
  db: string,
  collection: string,
  metadata = indexed("_id_"),
  type = "collection",
) => document({ db, collection, metadata, size: 0, type });
const piece = (db: string, collection: string, ...documents: Buffer[]) =>
  Buffer.concat([document({ db, collection, EOF: false, CRC: 0 }), ...documents, end]);
const closing = (db: string, collection: string) =>
  Buffer.concat([document({ db, collection, EOF: true, CRC: 0 }), end]);
const note = (n: number) => document({ _id: n, body: `alder ${n}` });

const archive = (version = "7.0.4", last = note(3)) =>
  Buffer.concat([
    uint32(0x8199e26d),
    document({ concurrent_collections: 1, version: "0.1", server_version: version }),
    ...[
      described("app", "note", indexed("_id_", "body_1")),
      described("app", "seen", "{}", "view"),
    ],
    ...[described("app", "metric", indexed(), "timeseries"), described("admin", "system.version")],
    end,
    ...[piece("app", "note", note(1), note(2)), closing("admin", "system.version")],
    ...[piece("app", "system.buckets.metric", note(9)), piece("app", "note", last)],
    ...[closing("app", "note"), closing("app", "system.buckets.metric")],
  ]);

const read = (bytes: Buffer, size = 1000) => {
  const found = new MongoArchive();
  for (let at = 0; at < bytes.length; at += size) found.add(bytes.subarray(at, at + size));
  return found;
};
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const declared = (bytes: Buffer): ManifestServer => ({
  ...{ service: "mongo", kind: "mongodb", image: "mongo:7", imageId: "sha256:0", roles: [] },
  ...{ server: "7.0.4", databases: [] },
  dump: { path: "databases/mongo/mongodb.archive", bytes: bytes.length, sha256: sha256(bytes) },
  collections: [...read(bytes).collections.values()].map((each) => ({
    ...each,
    indexes: [...each.indexes],
  })),
});

/** What a drill says of a dump that lies in the place of the one that was counted. */
async function problems(dump: Buffer, of = declared(archive())): Promise<string[]> {
  const server = { ...of, dump: { ...of.dump!, bytes: dump.length, sha256: sha256(dump) } };
  const watched = new WatchedArchive(
    dump.length,
    [dump].values() as unknown as AsyncIterable<Buffer>,
  );
  for await (const _ of watched.pass());
  return watched.problems(server);
}

describe("an archive of MongoDB's own tool", () => {
  it.each([1, 2, 3, 64, 4096])("is read the same by node and drill, in pieces of %i", (size) => {
    const there = read(archive(), size);
    expect(there).toMatchObject({ server: "7.0.4", problem: undefined, unfinished: [] });
    const script = `import json, sys
sys.path.insert(0, sys.argv[1])
import mongo_archive
read = mongo_archive.MongoArchive()
while chunk := sys.stdin.buffer.read(int(sys.argv[2])): read.feed(chunk)
print(json.dumps([read.server, read.unfinished(), mongo_archive.told(read)]))`;
    const parts = resolve("components/machine/files/backup");
    const done = spawnSync("python3", ["-I", "-B", "-c", script, parts, String(size)], {
      input: archive(),
    });
    expect(done.stderr.toString()).toBe("");
    const [server, unfinished, told] = JSON.parse(done.stdout.toString()) as unknown[];
    expect([server, unfinished]).toEqual(["7.0.4", []]);
    const order = (one: { name: string }, other: { name: string }) =>
      one.name < other.name ? -1 : 1;
    expect((told as { name: string }[]).toSorted(order)).toEqual(
      [...there.collections.values()].toSorted(order),
    );
    expect(there.collections.get("app.note")).toMatchObject({
      documents: 3,
      indexes: ["_id_", "body_1"],
    });
    expect(there.collections.get("app.metric")).toMatchObject({ documents: 1 });
  });

  it("is the same in whatever order its documents are, and another by one of them", () => {
    const at = "app.note";
    const sum = (bytes: Buffer) => read(bytes).collections.get(at)!.sha256;
    const turned = Buffer.concat([
      archive().subarray(0, archive().indexOf(note(1))),
      ...[note(2), note(1)],
      archive().subarray(archive().indexOf(note(2)) + note(2).length),
    ]);
    expect(turned.equals(archive())).toBe(false);
    expect(sum(turned)).toBe(sum(archive()));
    expect(sum(archive("7.0.4", note(4)))).not.toBe(sum(archive()));
  });

  it("is cut off wherever it ends before its end", () => {
    const whole = archive();
    for (let length = 0; length < whole.length; length += 1) {
      const { unfinished, problem } = read(whole.subarray(0, length));
      expect(unfinished.length > 0 || problem !== undefined, `${length}`).toBe(true);
    }
  });

  it("fails by what is wrong with it, which is named", async () => {
    const whole = archive();
    expect(await problems(whole)).toEqual([]);
    expect(await problems(Buffer.alloc(0))).toEqual(["mongo: its dump is empty"]);
    expect(await problems(whole.subarray(0, whole.length - 30))).toContain(
      "mongo: its dump was cut off: the archive",
    );
    expect(await problems(archive("6.0.4"))).toEqual([
      "mongo: was dumped from MongoDB 6.0.4, its manifest says 7.0.4: another major version",
    ]);
    const garbage = Buffer.concat([Buffer.from("<html>"), whole]);
    expect(await problems(garbage)).toContain(
      "mongo: its dump is no archive: it does not begin as one",
    );
    const wrong = Buffer.concat([
      whole.subarray(0, whole.indexOf(described("app", "note"))),
      whole,
    ]);
    expect(await problems(wrong)).not.toEqual([]);
  });

  it("is judged by what is there after the load", () => {
    const of = declared(archive());
    const judged = (bytes: Buffer) => judgeMongo(of, read(bytes), "mongo:7");
    expect(judged(archive())).toEqual({ failed: [], differs: [] });
    expect(judged(archive("7.0.4", note(4))).failed).toEqual([
      "mongo: app.note: its 3 documents are not those that were dumped",
    ]);
    const fewer = { ...of.collections![0]!, documents: 4 };
    const lost = { ...fewer, name: "gone" };
    const other = { ...of, collections: [fewer, lost] };
    expect(judgeMongo(other, read(archive()), "mongo:7").failed).toEqual([
      "mongo: 1 collection is missing after the load into mongo:7: app.gone",
      "mongo: app.note: has 3 of 4 documents after the load into mongo:7",
    ]);
    const indexes = { ...of, collections: [{ ...of.collections![0]!, indexes: ["_id_", "n_1"] }] };
    expect(judgeMongo(indexes, read(archive()), "mongo:7").failed).toEqual([
      "mongo: app.note: lacks the index n_1",
    ]);
  });
});
