import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

import { document } from "../../policies/docs";
import { policies } from "../../policies/index";

const repository = path.join(__dirname, "..", "..");
const room = path.join(repository, "policies");

describe("the pack", () => {
  it("holds every policy that has a file, under the file's name", () => {
    const files = fs
      .readdirSync(path.join(room, "rules"))
      .filter((file) => file.endsWith(".ts"))
      .map((file) => file.replace(/\.ts$/, ""));
    expect(policies.map(({ name }) => name).sort()).toEqual(files.sort());
  });

  it("gives every policy a rule, a description and something to judge", () => {
    for (const policy of policies) {
      expect(policy.rules.length).toBeGreaterThan(0);
      expect(policy.rules.every((rule) => rule >= 1 && rule <= 83)).toBe(true);
      expect(policy.description).toMatch(/\.$/);
      expect(policy.check ?? policy.checkStack).toBeDefined();
    }
  });

  it("is executable, because the engine starts the file itself", () => {
    expect(fs.statSync(path.join(room, "pack")).mode & 0o111).toBe(0o111);
  });

  it("loads nothing that a run would wait for: it starts with every one", () => {
    const loads = `require("./policies/serve/main.ts"); console.log(Object.keys(require.cache).join("\\n"))`;
    const options = { cwd: repository, encoding: "utf8" } as const;
    const said = execFileSync(process.execPath, ["--require", "tsx/cjs", "-e", loads], options);
    const own = said.split("\n").filter((file) => file.startsWith(repository));
    expect(own).toContain(path.join(repository, "engine", "values.ts"));
    expect(own.filter((file) => /@pulumi\/pulumi\/(automation|index)|\/zod\//.test(file))).toEqual(
      [],
    );
  });

  it("is documented as it is: npm run policies:doc writes docs/policies.md", async () => {
    const file = path.join(repository, "docs", "policies.md");
    expect(fs.readFileSync(file, "utf8")).toBe(await document());
  });
});
