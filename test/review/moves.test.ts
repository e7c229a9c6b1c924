import { describe, expect, it } from "vitest";

import { reviewOf } from "../../operations/review/model";
import { readCleaned } from "../../operations/review/read-cleaned";
import { logText, type Line } from "./event-log";

/** What a review says of `shop` when its record changes so. */
function lines(before: object, after: object): string[] {
  const outputs = (project: object) => ({
    outputs: { projects: { shop: { primary: "shop.example", servedBy: "prod", ...project } } },
  });
  const stack: Line = {
    op: "same",
    type: "pulumi:pulumi:Stack",
    name: "berth-prod",
    before: outputs(before),
    after: outputs(after),
  };
  const names: Line = {
    op: "same",
    type: "berth:index:ProjectNames",
    name: "shop",
    before: { inputs: { primary: "shop.example" } },
    after: { inputs: { primary: "shop.example" } },
  };
  const events = readCleaned(logText({ lines: [stack, names] }), "test");
  const { projects } = reviewOf(events, { approved: [], today: "2026-11-21" });
  return projects.filter(({ project }) => project === "shop").map(({ text }) => text);
}

describe("a project's move", () => {
  it("is said to keep both machines, from its first line to its last", () => {
    expect(lines({}, { movesTo: "prod-b" })).toEqual([
      "is on the move to stack prod-b: both machines stay, and neither may be retired",
    ]);
    expect(lines({ movesTo: "prod-b" }, {})).toEqual([
      "is no longer on the move: its old machine may be retired",
    ]);
    expect(lines({ movesTo: "prod-b" }, { movesTo: "prod-b" })).toEqual([]);
  });

  it("is said beside where visitors are sent, and that of production nothing asks whether stage moved first (R64)", () => {
    const away = { movesTo: "prod-b", servedBy: "prod-b" };
    expect(lines({ movesTo: "prod-b" }, away)).toEqual([
      "visitors are sent to stack prod-b instead of prod; berth migrate asks whether stage moved the same way first (R64), this line does not",
    ]);
    expect(lines(away, { movesTo: "prod-b" })).toEqual([
      "visitors are sent to stack prod instead of prod-b",
    ]);
  });
});
