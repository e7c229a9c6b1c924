import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";

import { roomOf, rooms, rules } from "../../tools/direction/rooms";

/** A path that a pattern of the table fits, for a file that is planted there. */
function sample(name: string, leaf: string): string {
  const pattern = [rooms.find((room) => room.name === name)!.path].flat()[0]!;
  const found = pattern
    .replace(/^\^/, "")
    .replace(/\$$/, "")
    .replaceAll("\\.", ".")
    .replaceAll("[^/]+", "some")
    .replace(/\((\w+)[^)]*\)/, "$1");
  if (found.endsWith("/")) return `${found}${leaf}.ts`;
  return found.endsWith(".ts") ? found : `${found}.ts`;
}

/** What the check says of planted files: the rules that each breaks, as `file → imported`. */
async function broken(
  files: Readonly<Record<string, string>>,
): Promise<{ rule: string; edge: string }[]> {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "direction-")));
  try {
    for (const [file, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      fs.writeFileSync(path.join(root, file), text);
    }
    const { cruise } = await import("dependency-cruiser");
    const { output } = await cruise(
      ["."],
      {
        baseDir: root,
        tsPreCompilationDeps: true,
        validate: true,
        ruleSet: { forbidden: rules() },
      },
      { extensions: [".ts"] },
    );
    if (typeof output === "string") throw new Error(output);
    return output.summary.violations.map(({ rule, from, to }) => ({
      rule: rule.name,
      edge: `${from} → ${to}`,
    }));
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

/** An import of a file, of its types alone every other time: those count as well. */
function importOf(from: string, to: string, index: number): string {
  const way = path.relative(path.dirname(from), to.replace(/\.ts$/, ""));
  const kind = index % 2 === 0 ? "import type" : "import";
  return `${kind} { it as it${index} } from "${way.startsWith(".") ? way : `./${way}`}";\n`;
}

describe("the direction of imports", () => {
  const leaves = new Map(rooms.map(({ name }) => [name, sample(name, "leaf")]));
  const planted = new Map(rooms.map(({ name }) => [name, sample(name, "planted")]));
  let found: Set<string>;

  beforeAll(async () => {
    const targets = [...leaves.values(), "test/leaf.ts"];
    const files: Record<string, string> = Object.fromEntries(
      targets.map((file) => [file, "export const it = 1;\n"]),
    );
    for (const file of planted.values()) {
      // Rooms of one file import from there themselves.
      files[file] =
        targets
          .filter((target) => target !== file)
          .map((target, index) => importOf(file, target, index))
          .join("") + "export const it = 1;\n";
    }
    found = new Set((await broken(files)).map(({ rule, edge }) => `${rule}: ${edge}`));
  }, 120_000);

  it("has a table whose samples lie in the rooms they are of", () => {
    for (const { name } of rooms) {
      expect([roomOf(leaves.get(name)!), roomOf(planted.get(name)!)]).toEqual([name, name]);
    }
  });

  it.each(rooms.map(({ name, knows }) => [name, knows] as const))(
    "is kept by a check that sees each wrong import of %s, and takes the right ones",
    (name, knows) => {
      for (const other of rooms) {
        if (other.name === name) continue;
        const edge = `direction: ${name}: ${planted.get(name)} → ${leaves.get(other.name)}`;
        expect(found.has(edge), edge).toBe(!knows.includes(other.name));
      }
      expect(found).toContain(`direction: ${name}: ${planted.get(name)} → test/leaf.ts`);
    },
  );

  it("has no ring inside a room either, not of types alone", async () => {
    const said = await broken({
      "components/edge/one.ts": 'import type { Two } from "./two";\nexport type One = Two;\n',
      "components/edge/two.ts": 'import type { One } from "./one";\nexport type Two = One;\n',
    });
    expect(said.map(({ rule }) => rule)).toContain("no ring of files");
  });

  it("leaves the vocabulary nothing of others but zod", async () => {
    const said = await broken({
      "components/fleet/one.ts":
        'import "node:url";\nimport "node:fs";\nimport "@pulumi/pulumi";\n',
    });
    expect(said.map(({ rule, edge }) => `${rule}: ${edge}`)).toEqual([
      "direction: components/fleet imports zod alone: components/fleet/one.ts → @pulumi/pulumi",
      "direction: components/fleet imports zod alone: components/fleet/one.ts → fs",
    ]);
  });

  it("knows a room for each file of the program", () => {
    const listed = execFileSync("git", ["ls-files", "*.ts", "*.js"], { encoding: "utf8" });
    const files = listed.trim().split("\n");
    expect(files.filter((file) => !/(^|\/)test\//.test(file) && !roomOf(file))).toEqual([]);
  });
});
