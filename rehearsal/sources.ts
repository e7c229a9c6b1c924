import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** Rooms whose code runs inside the local cloud's process. */
const rooms = [
  "packages/local-cloud/emulator",
  "packages/local-cloud/providers",
  "packages/local-cloud/hosts",
  "packages/local-cloud/s3",
  "rehearsal/serve.ts",
  "rehearsal/machines.ts",
  "rehearsal/agent.ts",
  "rehearsal/vault.ts",
];

/**
 * A fingerprint of the code that the local cloud runs: when it differs from the one the running
 * process was started with, the process is of an older version and is restarted.
 */
export function sourcesOf(repository: string): string {
  const hash = crypto.createHash("sha256").update(process.version);
  for (const file of rooms.flatMap((room) => filesUnder(path.join(repository, room))).sort()) {
    hash.update(path.relative(repository, file)).update(fs.readFileSync(file));
  }
  return hash.digest("hex");
}

function filesUnder(entry: string): string[] {
  const stat = fs.statSync(entry, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [entry];
  return fs.readdirSync(entry).flatMap((name) => filesUnder(path.join(entry, name)));
}
