import * as path from "node:path";

import { obtainShellcheck } from "../tools/shellcheck";

/** Puts the shellcheck that judges scripts on the PATH of the tests, before any other. */
export default async function setup(): Promise<void> {
  const bin = await obtainShellcheck();
  process.env["PATH"] = [bin, process.env["PATH"] ?? ""].join(path.delimiter);
}
