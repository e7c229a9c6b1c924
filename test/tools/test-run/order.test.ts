import { describe, expect, it } from "vitest";
import type { TestSpecification, Vitest } from "vitest/node" with { "resolution-mode": "import" };

/** A file of a project as the order looks at it. */
const file = (name: string, groupOrder: number, moduleId: string) =>
  ({
    moduleId,
    project: { name, config: { isolate: true, sequence: { groupOrder } } },
  }) as unknown as TestSpecification;

describe("the order of test files", () => {
  it("takes groups one after another, and a file of each project in turn, longest first", async () => {
    const ms: Record<string, number> = { a: 1, b: 9, c: 5, x: 7, y: 8, p: 2 };
    const cache = {
      getFileTestResults: (key: string) => ({ failed: false, duration: ms[key.split(":")[1]!] }),
    };
    const { default: TakingTurns } = await import("../../../tools/test-run/order.mjs");
    const order = new TakingTurns({ cache, config: { root: "/" } } as unknown as Vitest);
    const engine = ["a", "b", "c"].map((name) => file("engine", 1, `/${name}`));
    const hosts = ["x", "y"].map((name) => file("hosts", 1, `/${name}`));
    const sorted = await order.sort([...engine, ...hosts, file("pure", 0, "/p")]);
    expect(sorted.map(({ moduleId }) => moduleId)).toEqual(["/p", "/b", "/y", "/c", "/x", "/a"]);
  });
});
