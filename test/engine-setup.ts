import * as path from "node:path";

import { obtainCli } from "../packages/local-cloud/pulumi/cli";
import { cacheRoot } from "../rehearsal/computer";
import { sayOnStderr } from "../rehearsal/say";

/** Puts the Pulumi CLI on the PATH of every test that starts the engine. */
export default async function setup(): Promise<void> {
  const { bin } = await obtainCli({ say: sayOnStderr, cache: cacheRoot() });
  process.env["PATH"] = [bin, process.env["PATH"] ?? ""].join(path.delimiter);
}
