import type { Draft } from "../draft";
import { at } from "../draft";
import { dayLength, dayText, utcDay } from "../../fleet/formats";
import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";

/** Days a waiver may last: one that needs longer is a change of the rule. */
const longest = 366;

/** A waiver is for one thing, has an owner who is there, and ends. */
export function checkWaivers(draft: Draft): readonly Problem[] {
  const members = draft.own.config.team?.members;
  return (draft.own.config.waivers ?? []).flatMap((waiver, index): Problem[] => {
    const place = (...path: readonly PropertyKey[]) => at(draft.own, "waivers", index, ...path);
    const { resource, node, owner } = waiver;
    const nodes = draft.machines.map(({ name }) => name);
    return [
      ...((resource === undefined) === (node === undefined)
        ? [
            {
              path: place(),
              message: "must name either a resource or a node",
              fix: "keep the one it is for: resource for one thing, node for all that belongs to it",
            },
          ]
        : []),
      ...(node !== undefined && !nodes.includes(node)
        ? [
            {
              path: place("node"),
              message: "is no node of this stack",
              ...received(node),
              allowed: nodes.join(", "),
              fix: "write the name of one of them",
            },
          ]
        : []),
      ...(owner !== undefined && members !== undefined && !Object.hasOwn(members, owner)
        ? [
            {
              path: place("owner"),
              message: "is no member of the team",
              ...received(owner),
              allowed: Object.keys(members).join(", "),
              fix: "name the member who answers for the exception",
            },
          ]
        : []),
      ...dateProblems(waiver.until, place("until"), draft.today),
    ];
  });
}

function dateProblems(until: string | undefined, path: string, today: Date): Problem[] {
  if (until === undefined) return [];
  const day = utcDay(until);
  const base = { path, ...received(until) };
  const last = dayText(today.getTime() + longest * dayLength);
  const allowed = `a UTC date from ${dayText(today.getTime())} to ${last}`;
  if (day === undefined) {
    return [{ ...base, message: "is not a day of the calendar", allowed, fix: "write YYYY-MM-DD" }];
  }
  // It holds on its last day as well.
  if (day + dayLength <= today.getTime()) {
    return [
      {
        ...base,
        message: "is past: the exception has ended",
        allowed,
        fix: "put right what the policy complains of, or agree on a new date",
      },
    ];
  }
  if (day > today.getTime() + longest * dayLength) {
    return [
      {
        ...base,
        message: "is more than a year ahead: such an exception is a change of the rule",
        allowed,
        fix: "choose a nearer date, or change the policy",
      },
    ];
  }
  return [];
}
