import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { performance } from "node:perf_hooks";

/** The code that a process runs: a fingerprint of every file, and Node's version. */
export interface Sources {
  readonly node: string;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * What this process has loaded, packages aside: asked of Node itself, so that nobody keeps a list. A
 * file that was written after the process began may not be what runs; it counts as changed.
 */
export function loadedSources(): Sources {
  const own = Object.keys(require.cache).filter(
    (file) => !file.split(path.sep).includes("node_modules"),
  );
  const prints = own.map((file) => {
    const late = fs.statSync(file).mtimeMs > performance.timeOrigin;
    return [file, late ? "written since" : (fingerprint(file) ?? "gone")] as const;
  });
  return { node: process.version, files: Object.fromEntries(prints) };
}

/** Whether a process that runs these sources runs what is on the disk now, under this very Node. */
export function areCurrent(sources: Sources | undefined): boolean {
  const files = Object.entries(sources?.files ?? {});
  return (
    sources?.node === process.version &&
    files.length > 0 &&
    files.every(([file, print]) => fingerprint(file) === print)
  );
}

function fingerprint(file: string): string | undefined {
  try {
    return crypto.createHash("sha256").update(fs.readFileSync(file)).digest("hex");
  } catch {
    return undefined;
  }
}
