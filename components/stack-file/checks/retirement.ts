import { isBroken, type Draft, type MachineDraft } from "../draft";
import { dayLength, dayText, utcDay } from "../../fleet/formats";
import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";

/** Days an old machine stays after its service ended (R74). */
const graceDays = 7;

/** A machine goes only when nothing is served from it, a week after, with a snapshot (R74, R75). */
export function checkRetirement(draft: Draft): readonly Problem[] {
  return draft.machines.flatMap((machine) =>
    machine.entry?.retired === undefined
      ? []
      : [
          ...servingProblems(machine, draft),
          ...moveProblems(machine),
          ...dateProblems(machine, draft.today),
        ],
  );
}

function servingProblems({ projects, at }: MachineDraft, draft: Draft): Problem[] {
  const here = projects.filter(
    (project) => project.servingStack === draft.stack && !isBroken(draft, project.at("servedBy")),
  );
  if (here.length === 0) return [];
  return [
    {
      path: at("retired"),
      message: `is set, but this machine serves ${here.map(({ slug }) => slug).join(", ")} still`,
      fix: "move the projects first: servedBy names the host stack that took them over",
    },
  ];
}

/** While a project moves, the machine that it left is its way back, and the other one its next. */
function moveProblems({ projects, at }: MachineDraft): Problem[] {
  const moving = projects.filter(({ facts }) => facts.migration !== undefined);
  if (moving.length === 0) return [];
  return [
    {
      path: at("retired"),
      message: `is set, but ${moving.map(({ slug }) => slug).join(", ")} is on the move`,
      fix: "end the move first: take migration out of the project once nobody needs the old machine",
    },
  ];
}

function dateProblems({ entry, at }: MachineDraft, today: Date): Problem[] {
  const { since, remove } = entry?.retired ?? {};
  if (since === undefined) return [];
  const base = { path: at("retired", "since"), ...received(since) };
  const day = utcDay(since);
  if (day === undefined) {
    return [
      {
        ...base,
        message: "is not a day of the calendar",
        allowed: "YYYY-MM-DD",
        fix: "write the UTC date on which its service ended",
      },
    ];
  }
  if (day > today.getTime()) {
    return [
      {
        ...base,
        message: "lies in the future",
        allowed: `a UTC date up to ${dayText(today.getTime())}`,
        fix: "write the UTC date on which its service ended",
      },
    ];
  }
  const first = day + graceDays * dayLength;
  if (remove !== true || today.getTime() >= first) return [];
  return [
    {
      path: at("retired", "remove"),
      message: `comes too early: an old machine stays ${graceDays} days (R74)`,
      ...received(remove),
      allowed: `true from ${dayText(first)} (UTC) on`,
      fix: `wait until ${dayText(first)}`,
    },
  ];
}
