import { describe, expect, it } from "vitest";

import { isWithin, type Maintenance } from "../../components/fleet/maintenance";

const window: Maintenance = {
  days: ["tuesday"],
  from: "02:00",
  until: "05:00",
  timeZone: "America/Vancouver",
};

/** Windows, moments, and whether the one holds the other. */
const table: readonly (readonly [string, Partial<Maintenance>, string, boolean])[] = [
  ["its first minute", {}, "2026-11-24T10:00:00Z", true],
  ["the minute before", {}, "2026-11-24T09:59:59Z", false],
  ["its last minute", {}, "2026-11-24T12:59:59Z", true],
  ["its end", {}, "2026-11-24T13:00:00Z", false],
  ["the same time on another day", {}, "2026-11-25T10:30:00Z", false],
  [
    "the day by its own zone, not UTC's",
    { from: "20:00", until: "23:00" },
    "2026-11-25T05:00:00Z",
    true,
  ],
  ["summer time, when the zone is an hour nearer", {}, "2026-07-21T09:30:00Z", true],
  ["after midnight", { from: "23:00", until: "01:00" }, "2026-11-25T08:30:00Z", true],
  ["before midnight", { from: "23:00", until: "01:00" }, "2026-11-25T07:30:00Z", true],
  [
    "after midnight of a day before which none began",
    { from: "23:00", until: "01:00" },
    "2026-11-24T08:30:00Z",
    false,
  ],
  [
    "from midnight on",
    { from: "00:00", until: "01:00", timeZone: "UTC" },
    "2026-11-24T00:00:00Z",
    true,
  ],
  [
    "sunday into monday",
    { days: ["sunday"], from: "23:30", until: "00:30", timeZone: "UTC" },
    "2026-11-23T00:10:00Z",
    true,
  ],
  [
    "an hour that the clocks skip, which is none",
    { days: ["sunday"], from: "02:00", until: "03:00" },
    "2026-03-08T10:30:00Z",
    false,
  ],
  [
    "an hour that the clocks repeat, the second time",
    { days: ["sunday"], from: "01:00", until: "02:00" },
    "2026-11-01T09:30:00Z",
    true,
  ],
];

describe("a window for maintenance", () => {
  it.each(table)("%s", (_title, changes, moment, expected) => {
    expect(isWithin({ ...window, ...changes }, new Date(moment))).toBe(expected);
  });
});
