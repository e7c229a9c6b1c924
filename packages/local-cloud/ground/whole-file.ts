import * as fs from "node:fs";

/** Replaces a file, readable by its owner alone. Two commands may do this at once: it appears whole. */
export function writeWhole(file: string, text: string): void {
  fs.renameSync(draftOf(file, text), file);
}

/** As `writeWhole`, but never over a file that has appeared since: the first one stays. */
export function writeOnce(file: string, text: string): void {
  const draft = draftOf(file, text);
  try {
    fs.linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    fs.rmSync(draft);
  }
}

function draftOf(file: string, text: string): string {
  const draft = `${file}.${process.pid}.new`;
  fs.writeFileSync(draft, text, { mode: 0o600 });
  return draft;
}
