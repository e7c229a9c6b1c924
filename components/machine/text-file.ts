import * as fs from "node:fs";

/**
 * A text of this repository that is written on machines, the same bytes from every clone: one on
 * Windows may have its lines end in CR LF, which is no line's end to a shell there.
 */
export function readText(file: string): string {
  return fs.readFileSync(file, "utf8").replace(/\r\n?/g, "\n");
}
