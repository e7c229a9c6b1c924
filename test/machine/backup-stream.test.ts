import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { program, python, run } from "./backup-parts";

const directory = fs.mkdtempSync(join(tmpdir(), "berth-stream-"));
afterAll(() => fs.rmSync(directory, { recursive: true }));

interface Took {
  readonly peak: number;
  readonly first: number;
  readonly bytes: number;
  readonly sha256: string;
}
const at = (name: string) => join(directory, name);

/** Archives so many MiB into a file, encrypted where recipients are told. */
function archived(name: string, mib: number, ...recipients: readonly string[]): Took {
  const script = 'out=$0; exec "$@" > "$out"';
  const command = ["python3", "-I", "-B", "test/machine/backup/stream.py", program] as const;
  const done = run(["sh", "-c", script, at(name), ...command, String(mib), ...recipients]);
  expect(done.code, done.err).toBe(0);
  return JSON.parse(done.err) as Took;
}

/** Runs a command and answers its peak memory in MiB, as the kernel counts it. */
function peakOf(script: string, ...words: readonly string[]): number {
  const asked =
    "import resource, subprocess, sys\nsubprocess.run(sys.argv[1:], check=True)\nprint(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)";
  const done = run(["python3", "-I", "-c", asked, "sh", "-c", script, ...words]);
  expect(done.code, done.err).toBe(0);
  // lrzip says more than it is asked for, before it.
  return Number(done.out.toString().trim().split("\n").at(-1));
}

describe("the memory that an archive takes", () => {
  it("is the same for 20 and for 200 MiB, the first of it is out at once, and so when it is unpacked", () => {
    const small = archived("small", 20);
    const large = archived("large", 200);
    expect(large.bytes).toBe(200 << 20);
    expect(large.peak).toBeLessThan(100);
    expect(large.peak - small.peak).toBeLessThan(20);
    expect(large.first).toBeLessThan(16);
    const reader = 'python3 -I -B "$0" < "$1" > "$2"';
    expect(peakOf(reader, join(program, "unpack.py"), at("large"), at("own"))).toBeLessThan(64);
    const stock = peakOf('lrzip -q -d -o "$1" "$0"', at("large"), at("stock"));
    expect(stock).toBeLessThan(128);
    expect(run(["cmp", at("own"), at("stock")]).code).toBe(0);
    const content = run(["tar", "-xOf", at("own"), "databases/db/shop.sql"]).out;
    const digest = createHash("sha256").update(content.subarray(0, large.bytes)).digest("hex");
    expect(digest).toBe(large.sha256);
    expect(content.subarray(large.bytes).equals(Buffer.alloc(65_536, "\n"))).toBe(true);
  }, 300_000);
});

describe("an archive that is encrypted on its way", () => {
  const keys = ["one", "two", "other"].map((name) => ({
    file: at(`${name}.key`),
    make: () => run(["age-keygen", "-o", at(`${name}.key`)]),
    recipient: () =>
      run(["age-keygen", "-y", at(`${name}.key`)])
        .out.toString()
        .trim(),
  }));
  beforeAll(() => keys.forEach((key) => key.make()));

  it("opens with each of two keys and with no other, in memory that does not grow", () => {
    const [one, two, other] = keys as [(typeof keys)[0], (typeof keys)[0], (typeof keys)[0]];
    const took = archived("sealed", 100, one.recipient(), two.recipient());
    expect(took.peak).toBeLessThan(128);
    const opened = [one, two].map(({ file }) => {
      const pipe = 'age -d -i "$0" "$1" | python3 -I -B "$2" | tar -xO | head -c "$3" | sha256sum';
      const done = run([
        "sh",
        "-c",
        pipe,
        file,
        at("sealed"),
        join(program, "unpack.py"),
        String(took.bytes),
      ]);
      return done.out.toString().slice(0, 64);
    });
    expect(opened).toEqual([took.sha256, took.sha256]);
    expect(run(["age", "-d", "-i", other.file, at("sealed")]).code).toBe(1);
    const cut = fs.readFileSync(at("sealed")).subarray(0, -1_000);
    expect(run(["age", "-d", "-i", one.file], cut).code).toBe(1);
  }, 300_000);

  it.each<[string, () => readonly string[], string]>([
    ["one key alone", () => [keys[0]!.recipient()], "declare two, of which one is kept offline"],
    ["one key twice", () => [keys[0]!.recipient(), keys[0]!.recipient()], "declare two"],
    [
      "an option in a key's place",
      () => ["--decrypt", keys[0]!.recipient()],
      "'--decrypt': is no public key of age",
    ],
    [
      "a secret key",
      () => ["AGE-SECRET-KEY-1ABC", keys[0]!.recipient()],
      "is no public key of age",
    ],
  ])("refuses %s", (_, recipients, said) => {
    const done = python("call.py", ["seal", "check_recipients"], JSON.stringify([recipients()]));
    expect(done.err).toContain(`failures.BackupFailed: recipient`);
    expect(done.err).toContain(said);
  });
});

describe("a request to S3", () => {
  // The examples of AWS's own documentation of Signature Version 4 for S3.
  const credential = {
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  };
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const moment = Date.UTC(2013, 4, 24) / 1000;
  it.each([
    [
      ...["GET", "/test.txt", "", { Range: "bytes=0-9" }],
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ],
    [
      ...["PUT", "/test%24file.text", "Welcome to Amazon S3."],
      { Date: "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY" },
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    ],
  ] as [string, string, string, object, string][])(
    "%s %s is signed as AWS signs it",
    (method, path, body, headers, signature) => {
      const host = "examplebucket.s3.amazonaws.com";
      const words = [
        credential,
        "us-east-1",
        method,
        host,
        path,
        "",
        headers,
        sha256(body),
        moment,
      ];
      const said = python("call.py", ["sign", "signed"], JSON.stringify(words));
      const { authorization } = JSON.parse(said.out.toString()) as { authorization: string };
      expect(authorization).toContain(`Signature=${signature}`);
      expect(authorization).not.toContain(credential.secretAccessKey);
    },
  );
});
