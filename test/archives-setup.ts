import * as path from "node:path";

import { obtainArchivePrograms } from "../tools/archive-programs";

/** Puts the programs that judge archives on the PATH of the tests, before any other. */
export default function setup(): void {
  const bin = obtainArchivePrograms();
  if (bin !== undefined)
    process.env["PATH"] = [bin, process.env["PATH"] ?? ""].join(path.delimiter);
}
