import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A text that is delivered to machines, as a file here. */
export interface Deliverable {
  /** Absolute path. */
  readonly file: string;
  /** SHA-256 of the text, hexadecimal. */
  readonly checksum: string;
}

/**
 * Writes a text where the engine reads it for as long as this run lasts: `.berth/scripts/<checksum>.sh`
 * below the program's directory, or a directory of its own among the temporary ones where that one
 * cannot be written, as in a review. A file and not a text, because of a file the state holds path and
 * checksum alone; by the checksum the engine tells one from another, so the place may change.
 */
export function deliverable(text: string, directory = process.cwd()): Deliverable {
  const checksum = crypto.createHash("sha256").update(text).digest("hex");
  const place = path.join(directory, ".berth", "scripts");
  let file: string;
  try {
    file = write(place, checksum, text);
  } catch {
    file = write(fs.mkdtempSync(path.join(os.tmpdir(), "berth-scripts-")), checksum, text);
  }
  return { file, checksum };
}

/** Whole or not at all: another run may read it. */
function write(folder: string, checksum: string, text: string): string {
  const file = path.join(folder, `${checksum}.sh`);
  if (fs.existsSync(file) && fs.readFileSync(file, "utf8") === text) return file;
  fs.mkdirSync(folder, { recursive: true });
  // Nothing of it belongs into anybody's repository.
  fs.writeFileSync(path.join(folder, ".gitignore"), "*\n");
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, text);
  fs.renameSync(draft, file);
  return file;
}
