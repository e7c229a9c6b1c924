import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

import { document } from "../../policies/docs";
import { policies } from "../../policies/index";

const room = path.join(__dirname, "..", "..", "policies");

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

  it("is documented as it is: npm run policies:doc writes docs/policies.md", async () => {
    const file = path.join(room, "..", "docs", "policies.md");
    expect(fs.readFileSync(file, "utf8")).toBe(await document());
  });
});
