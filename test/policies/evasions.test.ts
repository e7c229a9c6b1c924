import { describe, expect, it } from "vitest";

import { accounts } from "./evasions/accounts";
import { buckets } from "./evasions/buckets";
import { credentials, stageCredentials } from "./evasions/credentials";
import { firewalls } from "./evasions/firewalls";
import { groups, stageGroups } from "./evasions/groups";
import { inputs } from "./evasions/inputs";
import { machines } from "./evasions/machines";
import { names } from "./evasions/names";
import { lawfulZone, zones } from "./evasions/zones";
import { LawfulStack } from "./lawful-stack";

describe("ways around the law", () => {
  it.each(["prod", "stage"] as const)("are none in the lawful stack %s", (stack) => {
    expect(new LawfulStack(stack).broken()).toEqual([]);
  });

  it("are none in the rules of a zone as the component has them", () => {
    const stack = new LawfulStack();
    lawfulZone(stack);
    expect(stack.broken()).toEqual([]);
  });

  describe.each([
    ["credentials", credentials],
    ["people's groups", groups],
    ["accounts", accounts],
    ["firewalls and databases", firewalls],
    ["buckets", buckets],
    ["machines and programs", machines],
    ["names", names],
    ["zones", zones],
    ["inputs", inputs],
  ])("by %s", (_, evasions) => {
    it.each(evasions)("%s: %s", (_what, policy, evade) => {
      const stack = new LawfulStack();
      evade(stack);
      expect(stack.broken().map((found) => found.policy)).toContain(policy);
    });
  });

  describe("in stage", () => {
    it.each([...stageCredentials, ...stageGroups])("%s: %s", (_what, policy, evade) => {
      const stack = new LawfulStack("stage");
      evade(stack);
      expect(stack.broken().map((found) => found.policy)).toContain(policy);
    });
  });
});
