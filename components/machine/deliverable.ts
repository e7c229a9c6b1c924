import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** A text that is delivered to machines, as a file here. */
export interface Deliverable {
  /** Absolute path. */
  readonly file: string;
  /** SHA-256 of the text, hexadecimal. */
  readonly checksum: string;
}

/**
 * Writes a text, whole or not at all, where the engine reads it for as long as this run lasts:
 * `.berth/scripts/<checksum>.sh` below the program's directory. A file and not a text, because of a
 * file the state holds path and checksum alone. Throws where the directory cannot be written.
 */
export function deliverable(text: string, directory = process.cwd()): Deliverable {
  const checksum = crypto.createHash("sha256").update(text).digest("hex");
  const folder = path.join(directory, ".berth", "scripts");
  const file = path.join(folder, `${checksum}.sh`);
  if (!fs.existsSync(file) || fs.readFileSync(file, "utf8") !== text) {
    fs.mkdirSync(folder, { recursive: true });
    // Nothing of it belongs into anybody's repository.
    fs.writeFileSync(path.join(folder, ".gitignore"), "*\n");
    const draft = `${file}.${process.pid}`;
    fs.writeFileSync(draft, text);
    fs.renameSync(draft, file);
  }
  return { file, checksum };
}
