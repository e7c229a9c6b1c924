import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

import { cacheRoot } from "../rehearsal/computer";

/** What people open archives with, and the libraries of theirs that no minimal system has. */
const packages = ["lrzip", "age", "liblzo2-2", "liblz4-1", "libbz2-1.0"] as const;
const programs = ["lrzip", "age", "age-keygen"] as const;

/**
 * The directory that holds stock `lrzip` and `age`, as the distribution's packages bring them: they judge the archives
 * that Berth writes. Unpacked into the cache and never installed; where there is no apt, those on PATH are meant, and
 * it is undefined. Throws with apt's words where a package cannot be had.
 */
export function obtainArchivePrograms(): string | undefined {
  if (!fs.existsSync("/usr/bin/apt-get")) return undefined;
  const release = /^VERSION_CODENAME=(\S+)$/m.exec(fs.readFileSync("/etc/os-release", "utf8"))?.[1];
  const home = path.join(cacheRoot(), `archive-programs-1-${release ?? "debian"}-${process.arch}`);
  if (!fs.existsSync(home)) unpack(home);
  return path.join(home, "bin");
}

/** Makes the directory, whole or not at all; somebody else may make it meanwhile. */
function unpack(home: string): void {
  const draft = `${home}.${process.pid}.new`;
  fs.rmSync(draft, { recursive: true, force: true });
  fs.mkdirSync(path.join(draft, "bin"), { recursive: true });
  const run = (program: string, ...words: readonly string[]) =>
    execFileSync(program, words, { cwd: draft, stdio: ["ignore", "ignore", "pipe"] });
  try {
    run("apt-get", "download", ...packages);
  } catch {
    // A system that never asked for its lists of packages.
    run("apt-get", "update");
    run("apt-get", "download", ...packages);
  }
  for (const file of fs.readdirSync(draft).filter((name) => name.endsWith(".deb"))) {
    run("dpkg-deb", "--extract", file, ".");
    fs.rmSync(path.join(draft, file));
  }
  const libraries = ["usr/lib", "lib"].flatMap((place) =>
    triples(path.join(draft, place)).map((triple) => path.join(home, place, triple)),
  );
  for (const program of programs) {
    const text = `#!/bin/sh\nLD_LIBRARY_PATH=${libraries.join(":")} exec ${home}/usr/bin/${program} "$@"\n`;
    fs.writeFileSync(path.join(draft, "bin", program), text, { mode: 0o755 });
  }
  try {
    fs.renameSync(draft, home);
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    if (!fs.existsSync(home)) throw error;
  }
}

/** Directories of libraries by their architecture: `x86_64-linux-gnu`. */
function triples(place: string): string[] {
  return fs.existsSync(place)
    ? fs.readdirSync(place).filter((name) => name.endsWith("-linux-gnu"))
    : [];
}
