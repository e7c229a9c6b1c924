import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

import { areCurrent, type Sources } from "../../cloud/sources";

const own = path.resolve(__dirname, "../../cloud/sources.ts");

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "local-cloud-sources-"));
  write("part.ts", "export const part = 1;\n");
  write(
    "main.ts",
    `import "./part"; import { loadedSources } from ${JSON.stringify(own)};
console.log(JSON.stringify(loadedSources()));\n`,
  );
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

/** Written long before any process of this test began. */
function write(name: string, text: string): void {
  const file = path.join(directory, name);
  fs.writeFileSync(file, text);
  fs.utimesSync(file, 1, 1);
}

function sourcesOfAProcess(): Sources {
  const entry = path.join(directory, "main.ts");
  const tsx = require.resolve("tsx");
  return JSON.parse(
    execFileSync(process.execPath, ["--import", tsx, entry], { encoding: "utf8" }),
  ) as Sources;
}

it("are the files that a process imports, wherever they are", () => {
  const sources = sourcesOfAProcess();
  expect(Object.keys(sources.files).sort()).toEqual(
    [own, path.join(directory, "main.ts"), path.join(directory, "part.ts")].sort(),
  );
  expect(areCurrent(sources)).toBe(true);
});

it.each<[string, () => void]>([
  ["edited", () => write("part.ts", "export const part = 2;\n")],
  ["gone", () => fs.rmSync(path.join(directory, "part.ts"))],
])("are no longer current when one file is %s", (_, change) => {
  const sources = sourcesOfAProcess();
  change();
  expect(areCurrent(sources)).toBe(false);
});

it("are not current when a file was written while the process began", () => {
  fs.utimesSync(path.join(directory, "part.ts"), new Date(), new Date(Date.now() + 60_000));
  expect(areCurrent(sourcesOfAProcess())).toBe(false);
});

it("are not current under another Node, nor where nothing is known", () => {
  expect(areCurrent({ ...sourcesOfAProcess(), node: "v0.1.0" })).toBe(false);
  expect(areCurrent(undefined)).toBe(false);
  expect(areCurrent({ node: process.version, files: {} })).toBe(false);
});
