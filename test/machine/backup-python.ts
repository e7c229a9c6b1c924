import { spawnSync } from "node:child_process";
import { expect } from "vitest";

/** What a few lines of Python over the backup program's parts print, as JSON. */
export function python(lines: string, input = "", ...words: readonly string[]): unknown {
  const script = `import sys, json
sys.path.insert(0, "components/machine/files/backup")
${lines}`;
  const done = spawnSync("python3", ["-I", "-B", "-c", script, ...words], { input });
  expect(done.stderr.toString()).toBe("");
  return JSON.parse(done.stdout.toString());
}
