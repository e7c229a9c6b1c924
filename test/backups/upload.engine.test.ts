import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import type { AccessKey } from "../../packages/local-cloud/s3/sign";
import { Archives } from "../machine/archives";
import { program } from "../machine/backup-parts";
import { FaultyWay, type Fault } from "./faulty-way";

const archives = new Archives();
let key: AccessKey;
let way: FaultyWay;
let address: string;

beforeAll(async () => {
  await archives.open();
  await archives.bucket("archives");
  key = await archives.writeOnlyKey("archives", "backups/shop/");
  way = new FaultyWay(archives.endpoint, archives.store.authority);
  address = await way.open();
});
afterAll(async () => {
  await way?.close();
  await archives.close();
});
afterEach(() => {
  way.fault = () => undefined;
  way.seen.length = 0;
});

let names = 0;
const fresh = () => `backups/shop/${++names}.tar.lrz`;
const twoParts = (16 << 20) + 1_000;

interface Asked {
  readonly key: string;
  readonly size?: number;
  readonly act?: "upload" | "put" | "abort" | "kill";
  readonly address?: string;
  readonly credential?: AccessKey;
  readonly region?: string;
  readonly patience?: number;
}
interface Said {
  readonly done?: { readonly bytes: number; readonly sha256: string };
  readonly problem?: string;
  readonly text?: string;
  readonly doubt?: boolean;
}

/** What a machine's program says that writes an object; nothing where it was killed. */
async function send(asked: Asked): Promise<Said> {
  const { address: at = address, region = "us-east-1", credential = key, size = 1_000 } = asked;
  const child = spawn("python3", ["-I", "-B", "test/machine/backup/send.py", program], {
    env: { ...process.env, SSL_CERT_FILE: archives.authorityFile },
  });
  const place = { bucket: "archives", region, address: at };
  child.stdin.end(JSON.stringify({ ...asked, place, credential, size }));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(err).toBe("");
  expect(out).not.toContain(credential.secretAccessKey);
  return out ? (JSON.parse(out) as Said) : {};
}

/** An object's content as the account itself reads it, and how many versions of it there are. */
async function stored(name: string) {
  const versions = await archives
    .as()
    .must("GET", "archives", `prefix=${encodeURIComponent(name)}&versions=`);
  const count = versions.body.match(/<Version>/g)?.length ?? 0;
  return { count, body: count ? (await archives.as().must("GET", `archives/${name}`)).body : "" };
}
const content = (size: number) => "0123456789abcdef".repeat(Math.ceil(size / 16)).slice(0, size);

describe("an archive on its way to S3, by the key that can only create", () => {
  it.each([0, 1_000, twoParts])("arrives whole, of %i bytes", async (size) => {
    const name = fresh();
    const { done } = await send({ key: name, size, address: archives.endpoint });
    expect(done).toMatchObject({ key: name, bytes: size });
    const { body, count } = await stored(name);
    expect(count).toBe(1);
    expect(body === content(size)).toBe(true);
  });

  it("replaces none, and lays none over one", async () => {
    const name = fresh();
    expect((await send({ key: name, size: 10 })).done).toBeDefined();
    for (const act of ["upload", "put"] as const) {
      const again = await send({ key: name, size: 20, act });
      expect(again).toEqual({ problem: "Exists", text: `${name}: is there already`, doubt: false });
    }
    expect(await stored(name)).toEqual({ count: 1, body: content(10) });
  });

  it.each<[string, Fault]>(
    ["begin", "part", "complete"].flatMap((what) =>
      (["refused", "cut", "lost"] as const).map((fault): [string, Fault] => [what, fault]),
    ),
  )("arrives once although %s is %s", async (what, fault) => {
    const name = fresh();
    way.fault = (each, nth) => (each === what && nth === 1 ? fault : undefined);
    expect(await send({ key: name, size: twoParts })).toMatchObject({ done: { bytes: twoParts } });
    const { body, count } = await stored(name);
    expect(count).toBe(1);
    expect(body === content(twoParts)).toBe(true);
  });

  it("is completed anew where S3 says 200 and means an error", async () => {
    const name = fresh();
    way.fault = (what, nth) => (what === "complete" && nth === 1 ? "late" : undefined);
    expect((await send({ key: name })).done).toBeDefined();
    expect((await stored(name)).count).toBe(1);
  });

  it("is never taken for another's of that name, though the answer was lost", async () => {
    const name = fresh();
    await archives.as().must("PUT", `archives/${name}`, "", "another's");
    way.fault = (what, nth) => (what === "complete" && nth === 1 ? "lost" : undefined);
    expect(await send({ key: name })).toMatchObject({ problem: "Exists" });
    expect((await stored(name)).body).toBe("another's");
  });

  it("is begun anew where another write of that name was in its way", async () => {
    const name = fresh();
    way.fault = (what) => (what === "complete" ? "conflict" : undefined);
    expect(await send({ key: name })).toMatchObject({ problem: "BeginAnew" });
    expect(way.seen).toContain("give up");
    expect((await stored(name)).count).toBe(0);
  });

  it("waits while S3 is away, and goes on where it was", async () => {
    const name = fresh();
    way.fault = (what, nth) => (what === "part" && nth === 2 ? "away" : undefined);
    setTimeout(() => void way.open(), 6_000);
    expect((await send({ key: name, size: twoParts })).done).toBeDefined();
    expect((await stored(name)).body === content(twoParts)).toBe(true);
  });

  it("is given up where S3 stays away, in one line", async () => {
    const name = fresh();
    const said = await send({ key: name, address: "http://127.0.0.1:1", patience: 2 });
    expect(said).toMatchObject({ problem: "BackupFailed" });
    expect(said.text).toMatch(new RegExp(`^${name}: S3 was tried for \\d s: Connection refused$`));
  });

  it("is given up though S3 does not answer", async () => {
    const name = fresh();
    way.fault = (what) => (what === "part" ? "never" : undefined);
    expect(await send({ key: name, size: twoParts, act: "abort" })).toEqual({ done: "given up" });
    expect(way.seen.at(-1)).toBe("give up");
  });

  it("leaves no object where its sender is killed", async () => {
    const name = fresh();
    expect(await send({ key: name, size: twoParts, act: "kill" })).toEqual({});
    expect((await stored(name)).count).toBe(0);
  });

  it.each<[string, () => Partial<Asked>, string]>([
    [
      "another secret",
      () => ({ credential: { ...key, secretAccessKey: "guessed" } }),
      "run the update, which delivers it",
    ],
    [
      "a key that is nobody's",
      () => ({ credential: { accessKeyId: "AKIANOBODY", secretAccessKey: "x".repeat(40) } }),
      "S3 refused: ",
    ],
    ["another's prefix", () => ({ key: "backups/other/1.tar.lrz" }), "S3 refused: AccessDenied"],
    [
      "an authority that is not trusted",
      () => ({ address: archives.endpoint.replace("127.0.0.1", "localhost") }),
      "shows a certificate that is not trusted",
    ],
  ])("is refused in one line with %s", async (_, other, said) => {
    const answer = await send({ key: fresh(), ...other() });
    expect(answer.problem).toBe("BackupFailed");
    expect(answer.text).toContain(said);
    expect(answer.text).not.toContain("\n");
  });
});

describe("a small object", () => {
  it("is written in one piece, also after a conflict", async () => {
    const name = fresh();
    way.fault = (what, nth) => (what === "put" && nth === 1 ? "conflict" : undefined);
    const done = await send({ key: name, act: "put", size: 5 });
    // Which version it became tells that the bucket keeps versions.
    expect(done).toEqual({ done: true, version: expect.stringMatching(/^\w+$/) });
    expect(await stored(name)).toEqual({ count: 1, body: "01234" });
  });

  it("that is there after a lost answer is in doubt: it may be this one", async () => {
    const name = fresh();
    way.fault = (what, nth) => (what === "put" && nth === 1 ? "lost" : undefined);
    expect(await send({ key: name, act: "put" })).toMatchObject({ problem: "Exists", doubt: true });
  });
});
