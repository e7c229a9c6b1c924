/** What taking an archive and getting it back costs, beside other ways to pack the same. */

import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { runProgram } from "../../engine/program";
import { openStore } from "../../packages/local-cloud/s3";
import { thisComputer } from "../../rehearsal/computer";
import { figure, seconds, type Bench } from "./part";

const program = path.resolve("components/machine/files/backup");

interface Took {
  readonly seconds: number;
  /** MiB. */
  readonly peak: number;
  readonly first?: number;
  readonly bytes: number;
}

/** MiB of content when no sizes are told: half a database's dump, half files. */
const usualMiB = 1600;

/**
 * `npm run bench -- backups`: a dump and files as an archive of the node's own program into a real S3 server and
 * back, beside the same pipeline with `zstd -3` as its compressor, and `tar | lrzip` (its fastest level; the usual
 * one takes sixteen times the work).
 */
export async function benchBackups({ say, signal, sizes = [usualMiB] }: Bench) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-bench-"));
  const root = { accessKeyId: "AKIABENCH", secretAccessKey: randomBytes(20).toString("hex") };
  const authority = path.join(directory, "edge");
  const store = await openStore({
    ...{ computer: thisComputer(), directory: path.join(directory, "s3"), authority, root, say },
  });
  try {
    await store.account.buckets.create("archives", "us-east-1");
    const address = `https://127.0.0.1:${(await store.listen()).port}`;
    const place = { bucket: "archives", region: "us-east-1", address };
    const env = { ...process.env, SSL_CERT_FILE: path.join(authority, "authority.pem") };
    const run = async (command: string, args: readonly string[], key = ""): Promise<Took> => {
      const input = JSON.stringify({ place, key, credential: root });
      const done = await runProgram(command, [...args], { env, input, signal });
      signal.throwIfAborted();
      if (done.code !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${done.stderr}`);
      return JSON.parse(done.stdout.trim().split("\n").at(-1)!) as Took;
    };
    const python = (words: readonly string[], key?: string) =>
      run("python3", ["-I", "-B", "tools/bench/backups.py", program, ...words], key);
    const found = [];
    for (const size of sizes) {
      const content = path.join(directory, String(size));
      const target = path.join(content, "restored");
      fs.mkdirSync(target, { recursive: true });
      await python(["make", content, String(size)]);
      const told = (name: string, took: Took) => {
        const { peak, first, bytes } = took;
        const more = [
          `${peak.toFixed(0)} MiB of memory`,
          `ratio ${(bytes / size / 2 ** 20).toFixed(3)}`,
        ];
        if (first !== undefined) more.push(`first byte after ${first.toFixed(2)} s`);
        say(figure(`${size} MiB: ${name}`, `${seconds(took.seconds * 1000)}, ${more.join(", ")}`));
        return took;
      };
      const berth = told("archive", await python(["take", "lrz", content], `berth-${size}`));
      const zstd = told(
        "the same by zstd -3",
        await python(["take", "zstd", content], `zstd-${size}`),
      );
      say(
        figure(`${size} MiB: of zstd's time`, `${(berth.seconds / zstd.seconds).toFixed(2)} times`),
      );
      const restored = told(
        "restored",
        await python(["restore", content, target], `berth-${size}`),
      );
      const lrzip = told("tar | lrzip -g -L 1", await run("python3", ["-c", manual, content]));
      found.push({ size, berth, zstd, restored, lrzip });
    }
    return found;
  } finally {
    await store.close();
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** The manual's way, as it was written by hand, into a file. */
const manual = `
import json, os, resource, subprocess, sys, time
os.chdir(sys.argv[1])
begun = time.monotonic()
subprocess.run("tar -cf - dump.sql files | lrzip -q -g -L 1 -f -o by-hand.tar.lrz", shell=True, check=True, stdout=2)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(json.dumps({"seconds": time.monotonic() - begun, "peak": peak, "bytes": os.path.getsize("by-hand.tar.lrz")}))
`;
