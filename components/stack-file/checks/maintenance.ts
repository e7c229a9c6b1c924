import { at, type Draft } from "../draft";
import type { Loose } from "../loose";
import { isTimeZone, type Maintenance } from "../../fleet/maintenance";
import { suggest } from "../../fleet/nearest";
import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";

/** A window for maintenance is in a zone that exists, has a length, and is of a machine that Berth made. */
export function checkMaintenance({ own, machines }: Draft): readonly Problem[] {
  const ofAgency = windowProblems(own.config.agency?.maintenance, (...path) =>
    at(own, "agency", "maintenance", ...path),
  );
  const ofNodes = machines.flatMap(({ entry, at: place }): Problem[] => {
    if (entry?.maintenance === undefined) return [];
    if (entry.server !== undefined || entry.adopt !== undefined) {
      return [
        {
          path: place("maintenance"),
          message: "is of a machine that Berth did not make: its updates are its owner's",
          fix: "remove it",
        },
      ];
    }
    return windowProblems(entry.maintenance, (...path) => place("maintenance", ...path));
  });
  return [...ofAgency, ...ofNodes];
}

function windowProblems(
  window: Loose<Maintenance> | undefined,
  place: (...path: readonly string[]) => string,
): Problem[] {
  const { from, until, timeZone } = window ?? {};
  const problems: Problem[] = [];
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    problems.push({
      path: place("timeZone"),
      message: "is no time zone",
      ...received(timeZone),
      allowed: "a name of the IANA's list, such as America/Vancouver, or UTC",
      fix: suggest(
        timeZone,
        Intl.supportedValuesOf("timeZone"),
        "write the zone's name as the IANA has it",
      ),
    });
  }
  if (from !== undefined && from === until) {
    problems.push({
      path: place("until"),
      message: "is when the window begins, so nothing is in it",
      ...received(until),
      fix: "write when it ends; before from means on the next day",
    });
  }
  return problems;
}
