import * as fs from "node:fs";
import * as path from "node:path";

import { document } from "./document";

/** `npm run rules:doc`: writes docs/rules.md. */
export async function main(): Promise<number> {
  fs.writeFileSync(path.join(__dirname, "..", "..", "docs", "rules.md"), await document());
  return 0;
}
