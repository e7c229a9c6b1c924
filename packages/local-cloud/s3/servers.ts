import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { lastLines, runCommand } from "../ground/run-command";
import { askAt, type Place } from "./ask";
import type { AccessKey } from "./sign";

/** What the processes of one account's objects are started with. */
export interface ServersOptions {
  /** The program of `obtainVersitygw`. */
  readonly program: string;
  /** Where they keep users, objects and versions: an absolute path. */
  readonly directory: string;
  /** The account's own key, to which nothing is denied but what a lock holds. */
  readonly root: AccessKey;
  /** A key and a certificate for `localhost`, and the authority's certificate: PEM each. */
  readonly pair: string;
  readonly authority: string;
}

const patienceMs = 30_000;

/**
 * The processes behind one account: one that knows users, keys and policies, and one for each region that is
 * asked for, since a server takes the signatures of its own region alone. All of them see the same buckets. They
 * listen at sockets of a directory of their own, and end with this process, even when it is killed.
 */
export class Servers {
  private readonly sockets = fs.mkdtempSync(path.join(os.tmpdir(), "local-cloud-s3-"));
  private readonly children: ChildProcess[] = [];
  private readonly regions = new Map<string, Promise<Place>>();
  private users: Promise<Place> | undefined;
  private closed = false;

  constructor(private readonly options: ServersOptions) {
    for (const name of ["iam", "objects", "versions"]) {
      fs.mkdirSync(path.join(options.directory, name), { recursive: true, mode: 0o700 });
    }
    fs.writeFileSync(path.join(this.sockets, "pair.pem"), options.pair, { mode: 0o600 });
  }

  /** Where IAM's actions are taken; refuses, with the server's last words, where it does not come up. */
  iam(): Promise<Place> {
    return (this.users ??= this.start({ socketPath: this.socket("iam") }, [
      ...["-p", this.socket("iam"), "--health", "/healthz", "iam"],
      ...["--dir", this.at("iam"), "--private-ports", this.socket("private")],
    ]));
  }

  /** Where a region's requests are taken; refuses as `iam` does. */
  region(name: string): Promise<Place> {
    const known = this.regions.get(name);
    if (known) return known;
    const pair = path.join(this.sockets, "pair.pem");
    const started = this.iam().then(() =>
      this.start({ socketPath: this.socket(name), authority: this.options.authority }, [
        ...["-p", this.socket(name), "--region", name, "--cert", pair, "--key", pair],
        ...["--health", "/healthz", "--quiet", "--iam-cache-disable"],
        ...["--iam-standalone-endpoint", this.socket("private")],
        ...["posix", "--versioning-dir", this.at("versions"), this.at("objects")],
      ]),
    );
    this.regions.set(name, started);
    // The next who asks tries again.
    started.catch(() => this.regions.delete(name));
    return started;
  }

  /**
   * Makes a bucket another account's, by its twelve digits: what the server compares `x-amz-expected-bucket-owner`
   * with. It has no call for that, as its users are all of one account.
   */
  async giveAway(bucket: string, owner: string): Promise<void> {
    const list = JSON.stringify({ Owner: owner, Grantees: [] });
    const set = 'import os, sys; os.setxattr(sys.argv[1], "user.acl", sys.argv[2].encode())';
    const place = path.join(this.at("objects"), bucket);
    const { code, output } = await runCommand("python3", ["-I", "-c", set, place, list]);
    if (code !== 0) throw new Error(`${bucket} cannot be another account's:\n${lastLines(output)}`);
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.allSettled([this.users, ...this.regions.values()]);
    await Promise.all(this.children.map(end));
    fs.rmSync(this.sockets, { recursive: true, force: true });
  }

  private at(name: string): string {
    return path.join(this.options.directory, name);
  }

  private socket(name: string): string {
    return path.join(this.sockets, name);
  }

  private async start(place: Place, words: readonly string[]): Promise<Place> {
    if (this.closed) throw new Error("the local S3 server has been closed");
    const { program, root } = this.options;
    const child = spawn("sh", ["-c", guarded, "sh", program, ...words], {
      cwd: this.options.directory,
      stdio: ["pipe", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"],
        ROOT_ACCESS_KEY: root.accessKeyId,
        ROOT_SECRET_KEY: root.secretAccessKey,
      },
    });
    this.children.push(child);
    let heard = "";
    const hear = (data: Buffer) => (heard = (heard + data.toString()).slice(-20_000));
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.stdin.on("error", () => undefined);
    for (const pipe of [child.stdin, child.stdout, child.stderr] as { unref?(): void }[])
      pipe.unref?.();
    child.unref();
    const until = Date.now() + patienceMs;
    for (;;) {
      const answer = await askAt(place, "GET", "/healthz").catch(() => undefined);
      if (answer?.status === 200) return place;
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > until) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await end(child);
    throw new Error(`the local S3 server does not come up:\n${lastLines(heard)}`);
  }
}

/** Runs a program until it ends, or until whoever started this is gone, which closes its input. */
const guarded = `exec 3<&0
"$@" 3<&- </dev/null & program=$!
{ cat <&3 >/dev/null 2>&1; kill -9 $program; } 2>/dev/null & watch=$!
exec 3<&-
wait $program; status=$?
kill $watch 2>/dev/null
exit $status`;

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    // Whoever waits for it may have nothing else that keeps it alive.
    child.ref();
    child.stdin?.end();
  });
}
