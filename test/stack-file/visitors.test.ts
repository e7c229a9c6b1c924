import { describe, expect, it } from "vitest";

import { changed, parse, problemsOf, prod, type BadInput } from "./fixture";

const at = (value: unknown): BadInput[1] => [[["projects", "kmc", "visitors"], value]];
const path = "berth:projects.kmc.visitors";
const password = `$6$saltsalt$${"a".repeat(86)}`;

describe("who may visit a project", () => {
  it.each<[string, unknown, string, string]>([
    ["nobody", {}, path, "names nobody who may visit"],
    ["no network", { networks: [] }, path, "names nobody who may visit"],
    ["a name", { networks: ["office"] }, `${path}.networks[0]`, ""],
    ["a password itself", { password: "hunter2hunter2" }, `${path}.password`, "hash of a password"],
    [
      "another kind of hash",
      { password: "$1$salt$aaaa" },
      `${path}.password`,
      "hash of a password",
    ],
    ["somebody by another word", { people: ["ana"] }, path, ""],
  ])("is refused: %s", (_what, value, place, message) => {
    const problems = problemsOf(changed(prod(), at(value)));
    const found = problems.find((each) => each.path.startsWith(place));
    expect(found, JSON.stringify(problems)).toBeDefined();
    expect(found!.message).toContain(message);
    // What was taken for a password is nobody's to read.
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });

  it("may be networks, a password or both", () => {
    for (const value of [
      { networks: ["203.0.113.0/24"] },
      { password },
      { networks: ["2001:db8::1"], password },
    ]) {
      const project = parse(changed(prod(), at(value))).projects.find(({ slug }) => slug === "kmc");
      expect(project!.visitors).toEqual(value);
    }
  });
});
