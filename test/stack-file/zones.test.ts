import { describe, expect, it } from "vitest";

import { changed, hostStack, parse, problemsOf, prod, put } from "./fixture";

const inProd = (...zones: unknown[]) => changed(prod(), [[["zones"], zones]]);

describe("the zones whose TLS mode a stack sets (R27)", () => {
  it("are the agency's, each named once", () => {
    expect(parse(inProd("countable.ca", "cryptsend.io"))).toBeDefined();
    expect(problemsOf(inProd("countable.ca", "elsewhere.org"))).toEqual([
      expect.objectContaining({
        path: "berth:zones[1]",
        message: "is no zone of the agency's",
        received: '"elsewhere.org"',
        allowed: "countable.ca, example.org, cryptsend.io",
      }),
    ]);
    expect(problemsOf(inProd("countable.ca", "countable.ca"))).toEqual([
      expect.objectContaining({ path: "berth:zones[1]", message: "is named twice" }),
    ]);
  });

  it("are another stack's to set no more, which would undo it", () => {
    const input = inProd("countable.ca");
    put(input.stackFiles, ["stage"], { projects: {}, zones: ["countable.ca"] });
    expect(problemsOf(input)).toContainEqual(
      expect.objectContaining({
        path: "berth:zones[0]",
        message: expect.stringContaining("is set by the stack stage too") as string,
      }),
    );
    put(input.stackFiles, ["stage", "zones"], ["cryptsend.io"]);
    expect(problemsOf(input)).toEqual([]);
  });

  it("are none of a host stack's", () => {
    const input = hostStack();
    put(input.config, ["zones"], ["countable.ca"]);
    expect(problemsOf(input).map(({ path }) => path)).toEqual(["berth:zones"]);
  });
});
