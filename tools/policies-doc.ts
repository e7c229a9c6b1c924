import * as fs from "node:fs";
import * as path from "node:path";

import { document } from "../policies/docs";

/** `npm run policies:doc`: writes docs/policies.md. */
export async function main(): Promise<number> {
  const file = path.join(__dirname, "..", "docs", "policies.md");
  fs.writeFileSync(file, await document());
  return 0;
}
