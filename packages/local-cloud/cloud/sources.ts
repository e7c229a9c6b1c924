import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

const ownPackage = path.resolve(__dirname, "..");

/**
 * A fingerprint of the code that the local cloud runs: when it differs from the one the running
 * process was started with, the process is of an older version and is restarted.
 */
export function sourcesOf(root: string = ownPackage): string {
  const hash = crypto.createHash("sha256").update(process.version);
  for (const file of filesUnder(root).sort()) {
    hash.update(path.relative(root, file)).update(fs.readFileSync(file));
  }
  return hash.digest("hex");
}

function filesUnder(directory: string): string[] {
  return fs.readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(directory, entry.name);
    if (!entry.isDirectory()) return /\.[jt]s$/.test(file) ? [file] : [];
    return ["node_modules", "test", "example"].includes(entry.name) ? [] : filesUnder(file);
  });
}
