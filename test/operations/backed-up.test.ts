import { describe, expect, it } from "vitest";

import { backedUpOf } from "../../components/placement/backed-up";
import { backedUpText, backupConcerns, readBackedUp } from "../../operations/fleet/backed-up";

const now = new Date("2026-11-29T12:00:00Z");
const said = (...backups: object[]) => `uptime: 5\nbackups: ${JSON.stringify({ backups })}\n`;
const declared = [
  backedUpOf(
    {
      slug: "shop",
      backup: { database: "postgres", region: "us-east-1" },
      archives: {
        bucket: { name: "b", region: "us-east-1", adopted: false, keepDays: 35 },
        prefix: "backups/shop/",
        drillKeys: [],
      },
    },
    "prod",
  )!,
];
const taken = (at: string, more: object = {}) => ({
  ...{ at, by: "schedule", verdict: "taken", why: "", bytes: 4096, notes: [], ...more },
});
const told = (last: object | null, lastTaken: object | null = last, more: object = {}) => ({
  ...{ slug: "shop", running: null, last, lastTaken, next: "2026-11-30T03:15:00Z", awaits: null },
  ...more,
});
const concerns = (...projects: object[]) =>
  backupConcerns(declared, readBackedUp(said(...projects)), now);
const fresh = taken("2026-11-29T03:15:00Z");

describe("what a machine backed up", () => {
  it("needs nobody while the newest archive is of the last 26 hours", () => {
    expect(concerns(told(fresh))).toEqual([]);
    expect(concerns(told(taken("2026-11-28T10:00:00Z")))).toEqual([]);
  });

  it("needs a person where it is missing, old, failed or lacks something", () => {
    expect(concerns()).toEqual(["shop was never backed up; run berth backup shop"]);
    expect(concerns(told(null))).toEqual(["shop was never backed up; run berth backup shop"]);
    expect(concerns(told(taken("2026-11-28T09:59:00Z")))).toEqual([
      "the newest archive of shop is of 2026-11-28T09:59:00Z, older than 26 hours; run berth backup shop",
    ]);
    expect(concerns(told(taken("soon")))).toHaveLength(1);
    expect(concerns(told(taken("2037-01-01T00:00:00Z")))).toEqual([
      "the newest archive of shop is dated in the future: 2037-01-01T00:00:00Z; put the machine's clock right, then: berth backup shop",
    ]);
    expect(concerns(told(taken("x", { verdict: "failed", why: "S3 refused" }), fresh))).toEqual([
      "the last backup of shop failed: S3 refused; once that is put right: berth backup shop",
    ]);
    const lacking = { ...fresh, verdict: "incomplete", why: "not whole: media/a" };
    expect(concerns(told(lacking))).toEqual([
      "the last backup of shop lacks something: not whole: media/a; once that is put right: berth backup shop",
    ]);
    const noted = { ...fresh, notes: ["db: the database birch is not there any more"] };
    expect(concerns(told(noted))).toEqual([
      "the last backup of shop: db: the database birch is not there any more",
    ]);
  });

  it("needs nobody while the first one is at work or about to be", () => {
    expect(concerns(told(null, null, { running: { at: "2026-11-29T11:59:58Z" } }))).toEqual([]);
    expect(concerns(told(null, null, { due: true }))).toEqual([]);
    expect(concerns(told(null, null, { due: false }))).toHaveLength(1);
  });

  it("needs a person where a restore was cut off", () => {
    expect(concerns(told(fresh, fresh, { restoring: true }))).toEqual([
      "a restore of shop is at work, or was cut off; where nobody is at it, sudo berth-backup undo shop on the machine puts back what was there",
    ]);
    expect(concerns(told(fresh, fresh, { restoring: false }))).toEqual([]);
  });

  it("says alone what to do where the machine came up empty", () => {
    expect(concerns(told(null, null, { awaits: "recovery" }))).toEqual([
      "shop came up empty and archives of it are there: berth recover shop; until then nothing is backed up",
    ]);
  });

  it("is unknown, and no all-clear, where the machine does not tell", () => {
    expect(backupConcerns(declared, undefined, now)).toEqual(["did not tell what it backs up"]);
    expect(backupConcerns([], undefined, now)).toEqual([]);
    expect(readBackedUp("uptime: 5\n")).toBeUndefined();
    expect(readBackedUp("backups: {}\n")).toBeUndefined();
  });

  it("is told in a line", () => {
    const [project] = readBackedUp(said(told(fresh)))!;
    expect(backedUpText(project!)).toBe(
      "shop last taken 2026-11-29T03:15:00Z, 4096 bytes, next 2026-11-30T03:15:00Z",
    );
    const [failing] = readBackedUp(said(told(taken("y", { verdict: "failed" }), null)))!;
    expect(backedUpText(failing!)).toBe("shop never taken, then failed, next 2026-11-30T03:15:00Z");
  });
});
