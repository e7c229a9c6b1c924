import { describe, expect, it } from "vitest";

import { changed, expectProblem, parse, problemsOf, prod, type BadInput } from "./fixture";

const window = { days: ["tuesday"], from: "02:00", until: "05:00", timeZone: "America/Vancouver" };
const agency = "berth:agency.maintenance";

const table: readonly BadInput[] = [
  [
    "a time zone that is none",
    [[["agency", "maintenance"], { ...window, timeZone: "America/Vancuver" }]],
    {
      path: `${agency}.timeZone`,
      message: "is no time zone",
      received: '"America/Vancuver"',
      fix: "did you mean America/Vancouver?",
    },
  ],
  [
    "a time of another form",
    [[["agency", "maintenance"], { ...window, from: "2:00" }]],
    {
      path: `${agency}.from`,
      message: "is not a time of day in quotes",
      received: '"2:00"',
      fix: 'such as "02:30"',
    },
  ],
  [
    "a time without quotes, which YAML reads as a number",
    [[["agency", "maintenance"], { ...window, from: 120 }]],
    {
      path: `${agency}.from`,
      message: "must be a time of day in quotes, not a number",
      received: "120",
      fix: "put the value in quotes",
    },
  ],
  [
    "no day",
    [[["agency", "maintenance"], { ...window, days: [] }]],
    {
      path: `${agency}.days`,
      message: "is too small for a list of at least one day",
      fix: "write it as",
    },
  ],
  [
    "a day that is none",
    [[["agency", "maintenance"], { ...window, days: ["tusday"] }]],
    {
      path: `${agency}.days[0]`,
      message: "is not a day of the week",
      received: '"tusday"',
      fix: "did you mean tuesday?",
    },
  ],
  [
    "nothing between its ends",
    [[["nodes", "kmc", "maintenance"], { ...window, until: "02:00" }]],
    {
      path: "berth:nodes.kmc.maintenance.until",
      message: "so nothing is in it",
      received: '"02:00"',
      fix: "before from means on the next day",
    },
  ],
  [
    "an end that is missing",
    [[["agency", "maintenance"], { ...window, until: undefined }]],
    { path: `${agency}.until`, message: "is missing", fix: "write it in quotes" },
  ],
  [
    "a machine that Berth did not make",
    [[["nodes", "clinic", "maintenance"], window]],
    {
      path: "berth:nodes.clinic.maintenance",
      message: "its updates are its owner's",
      fix: "remove it",
    },
  ],
];

describe("a window for maintenance", () => {
  it.each(table)("is refused with %s", (_title, changes, expected) => {
    expectProblem(changed(prod(), changes), expected);
  });

  it("is the agency's, and a node's own beside it", () => {
    const input = changed(prod(), [
      [["agency", "maintenance"], window],
      [["nodes", "kmc", "maintenance"], { ...window, days: ["sunday"] }],
    ]);
    expect(problemsOf(input)).toEqual([]);
    const fleet = parse(input);
    expect(fleet.agency.maintenance).toEqual(window);
    expect(fleet.nodes.find(({ name }) => name === "kmc")?.maintenance?.days).toEqual(["sunday"]);
  });
});
