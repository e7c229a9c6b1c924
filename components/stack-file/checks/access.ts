import { at, isBroken, type Draft, type ProjectDraft } from "../draft";
import { suggest } from "../../fleet/nearest";
import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";

/** Every project names people who may log in, and all of them exist. */
export function checkAccess(draft: Draft): readonly Problem[] {
  const { own, projects } = draft;
  const members = Object.keys(own.config.team?.members ?? {});
  const groups = own.config.team?.groups ?? {};
  const known = [...Object.keys(groups), ...members];
  const isKnown = (name: string) =>
    known.includes(name) ||
    isBroken(draft, at(own, "team", "members", name)) ||
    isBroken(draft, at(own, "team", "groups", name));
  return projects.flatMap((project) => {
    const access = project.facts.access;
    if (access === undefined) return [];
    const unknown = access.flatMap((name, index) =>
      isKnown(name) ? [] : [unknownName(project, name, index, known)],
    );
    const nobody = access.every(
      (name) =>
        groups[name]?.length === 0 &&
        !members.includes(name) &&
        // A list emptied of what was wrong in it is not an empty list.
        !draft.broken.some((place) => place.startsWith(at(own, "team", "groups", name))),
    );
    const emptied = draft.broken.some((place) => place.startsWith(`${project.at("access")}[`));
    return nobody && !(access.length === 0 && emptied)
      ? [
          {
            path: project.at("access"),
            message: "lets nobody log in",
            allowed: known.join(", "),
            fix: "name at least one member, or a group with members",
          },
        ]
      : unknown;
  });
}

function unknownName(
  project: ProjectDraft,
  name: string,
  index: number,
  known: readonly string[],
): Problem {
  return {
    path: project.at("access", index),
    message: "is neither a group nor a member of the team",
    ...received(name),
    allowed: known.join(", "),
    fix: suggest(name, known, "add the member to berth:team or remove the name"),
  };
}
