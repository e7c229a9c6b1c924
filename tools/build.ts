import * as fs from "node:fs";
import * as path from "node:path";

import { runProgram } from "../engine/program";

const root = path.resolve(__dirname, "..");
const components = path.join(root, "components");

/** Where the package that others install is compiled to. */
const built = path.join(components, "dist");

/** What of the components is read when they run: the scripts and files that machines are given. */
const carried = ["machine/files", "machine/steps"];

/**
 * `npm run build`: compiles the components as plain JavaScript with types, and lays beside them what
 * they read when they run. The program itself and every command run from the sources and need none of it.
 */
export async function main(): Promise<number> {
  fs.rmSync(built, { recursive: true, force: true });
  const compiler = require.resolve("typescript/bin/tsc");
  const project = path.join(components, "tsconfig.build.json");
  const { code } = await runProgram(process.execPath, [compiler, "--project", project], {
    cwd: root,
    stdout: "show",
    stderr: "show",
  });
  if (code !== 0) return code;
  for (const folder of carried) {
    fs.cpSync(path.join(components, folder), path.join(built, folder), { recursive: true });
  }
  return 0;
}
