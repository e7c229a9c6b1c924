import { z } from "zod";

import type { Declared } from "./declared";
import { choice, group, hints, text } from "./hints";

/** Days of a week, as a clock on the wall of the declared zone has them. */
export const weekdays = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;
export type Weekday = (typeof weekdays)[number];

/** A time of day with a leading zero; without quotes YAML may read another value. */
export const clockPattern = /^([01]\d|2[0-3]):[0-5]\d$/;

const time = (description: string) =>
  text(description, clockPattern, {
    what: "a time of day in quotes",
    allowed: 'a time from "00:00" to "23:59", with its zero',
    fix: 'write it in quotes, such as "02:30"',
  });

/** When machines may be interrupted: `berth maintain` begins with none outside of it. */
export const maintenance = group(
  "When berth maintain may update machines and have them boot anew; absent: not without --now.",
  {
    days: z
      .array(
        choice("A day of the week.", weekdays, {
          what: "a day of the week",
          fix: "choose among them",
        }),
      )
      .min(1)
      .describe("Days on which it begins.")
      .register(hints, {
        what: "a list of at least one day",
        allowed: weekdays.join(", "),
        fix: "write it as `[tuesday, thursday]`",
      }),
    from: time("When it begins."),
    until: time("When no further machine is begun with; before from: on the next day."),
    timeZone: text(
      "The time zone of both, by its name in the IANA's list.",
      /^[A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/,
      {
        what: "a time zone",
        allowed: "a name such as America/Vancouver, or UTC",
        fix: "write the zone's name as the IANA has it",
      },
    ),
  },
);

/** A window for maintenance, weekly. */
export type Maintenance = Declared<typeof maintenance>;

/** Whether a time zone of that name is known here. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/**
 * Whether a moment is in a window, by the clock of the window's zone: its first minute is in, its last is out. An hour
 * that a change of clocks skips is in no window, and one that it repeats is twice.
 */
export function isWithin({ days, from, until, timeZone }: Maintenance, moment: Date): boolean {
  const { day, time } = onTheWall(moment, timeZone);
  const begins = (weekday: Weekday) => days.includes(weekday);
  if (from < until) return begins(day) && time >= from && time < until;
  return (begins(day) && time >= from) || (begins(dayBefore(day)) && time < until);
}

/** `tuesday, thursday 02:00-05:00 America/Vancouver` */
export function windowText({ days, from, until, timeZone }: Maintenance): string {
  return `${days.join(", ")} ${from}-${until} ${timeZone}`;
}

function onTheWall(moment: Date, timeZone: string): { day: Weekday; time: string } {
  const parts = new Intl.DateTimeFormat("en", {
    ...{ timeZone, weekday: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  }).formatToParts(moment);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "";
  const day = weekdays.find((each) => each === part("weekday").toLowerCase());
  if (day === undefined) throw new Error(`${part("weekday")} is no day of the week`);
  return { day, time: `${part("hour")}:${part("minute")}` };
}

function dayBefore(day: Weekday): Weekday {
  return weekdays[(weekdays.indexOf(day) + 6) % 7] ?? day;
}
