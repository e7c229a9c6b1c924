import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { builtinModules } from "node:module";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(__dirname, "..");
const { dependencies, exports } = JSON.parse(
  fs.readFileSync(path.join(root, "package.json"), "utf8"),
) as { dependencies: Record<string, string>; exports: Record<string, string> };

const sources = fs
  .readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.[jt]s$/.test(file) && !/^(test|example)\/|node_modules/.test(file));
const imports = sources.flatMap((file) => {
  const text = fs.readFileSync(path.join(root, file), "utf8");
  const found = text.matchAll(/(?:from |import |require\()"([^"]+)"/g);
  return [...found].map(([, specifier]) => ({ file, specifier: specifier! }));
});

describe("the package", () => {
  it("imports nothing outside of itself but what it declares", () => {
    expect(imports.length).toBeGreaterThan(300);
    const outside = imports.filter(({ file, specifier }) => {
      if (specifier.startsWith(".")) {
        return path.relative(root, path.resolve(root, path.dirname(file), specifier))[0] === ".";
      }
      const [scope = "", name = ""] = specifier.split("/");
      const wanted = scope.startsWith("@") ? `${scope}/${name}` : scope;
      return !(wanted in dependencies) && !builtinModules.includes(specifier.replace(/^node:/, ""));
    });
    expect(outside).toEqual([]);
  });

  it("knows no program that uses it", () => {
    const texts = sources.map((file) => fs.readFileSync(path.join(root, file), "utf8"));
    expect(sources.filter((_, index) => /berth/i.test(texts[index]!))).toEqual([]);
  });

  it("is found by its name, at every entry that it declares", () => {
    const entries = Object.keys(exports).map((entry) => path.join("local-cloud", entry));
    const script = `for (const entry of ${JSON.stringify(entries)}) console.log(entry, Object.keys(require(entry)).length > 0)`;
    const loaded = execFileSync(
      process.execPath,
      ["--require", require.resolve("tsx/cjs"), "-e", script],
      { cwd: path.join(root, "example"), encoding: "utf8" },
    );
    expect(loaded.trim().split("\n")).toEqual(entries.map((entry) => `${entry} true`));
  });
});
