import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

import { document } from "../../tools/rules/document";
import { misfit } from "../../tools/rules/mutation";
import { mutations } from "../../tools/rules/mutations";
import { rules } from "../../tools/rules/table";
import { policies } from "../../policies/index";

const root = path.resolve(__dirname, "..", "..");

describe("the table of rules", () => {
  it("holds all 83, in order, each enforced by something or openly by nothing", () => {
    expect(rules.map(({ number }) => number)).toEqual(Array.from({ length: 83 }, (_, i) => i + 1));
    expect(rules.filter(({ enforced }) => enforced.length === 0)).toEqual([]);
  });

  it("names only files that exist", () => {
    const files = rules.flatMap(({ enforced }) =>
      enforced.flatMap((by) => ("file" in by ? [by.file] : [])),
    );
    expect(files.filter((file) => !fs.existsSync(path.join(root, file)))).toEqual([]);
  });

  it("names only policies that exist and claim the rule, and all that do", () => {
    const named = rules.flatMap(({ number, enforced }) =>
      enforced.flatMap((by) => (by.by === "policy" ? [`R${number} ${by.policy}`] : [])),
    );
    const claimed = policies.flatMap(({ name, rules: numbers }) =>
      numbers.map((number) => `R${number} ${name}`),
    );
    expect(claimed.filter((claim) => !named.includes(claim))).toEqual([]);
    expect(named.filter((claim) => !claimed.includes(claim))).toEqual([]);
  });

  it("is what docs/rules.md says", async () => {
    expect(fs.readFileSync(path.join(root, "docs", "rules.md"), "utf8")).toBe(await document());
  });

  it("names a test for every rule that something enforces", () => {
    const enforced = rules.filter(({ enforced }) =>
      enforced.some(({ by }) => by !== "people" && by !== "not built yet"),
    );
    const proven = new Set(mutations.map(({ rule }) => rule));
    expect(enforced.map(({ number }) => number).filter((rule) => !proven.has(rule))).toEqual([]);
  });

  it("can break each of them as it says: the edit fits, and the test is there", () => {
    const wrong = mutations.flatMap((mutation) => {
      const { rule, file, test, named } = mutation;
      const fault = misfit(mutation, fs.readFileSync(path.join(root, file), "utf8"));
      const known = fs.readFileSync(path.join(root, test), "utf8").includes(named);
      return [...(fault ? [`R${rule} ${fault}`] : []), ...(known ? [] : [`R${rule} ${named}`])];
    });
    expect(wrong).toEqual([]);
  });
});
