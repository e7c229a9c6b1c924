import { at, isBroken, type Draft, type MachineDraft } from "../draft";
import { suggest } from "../../fleet/nearest";
import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";

/** An account is taken over on a machine that exists already, and by a member who has access to it. */
export function checkAccounts(draft: Draft): readonly Problem[] {
  return draft.machines.flatMap((machine): readonly Problem[] => {
    const { entry, at } = machine;
    if (entry?.accounts === undefined) return [];
    // A description left out for its form says that the machine exists, all the same.
    const exists = entry.server !== undefined || entry.adopt !== undefined;
    if (exists || isBroken(draft, at("server")) || isBroken(draft, at("adopt"))) {
      return strangers(draft, machine, entry.accounts);
    }
    return [
      {
        path: at("accounts"),
        message: "is only for machines that exist already; Berth makes this one and its accounts",
        ...received(entry.accounts.join(", ")),
        allowed: "accounts together with server or adopt",
        fix: "remove the line, or describe the machine under server or adopt",
      },
    ];
  });
}

function strangers(draft: Draft, machine: MachineDraft, accounts: readonly string[]): Problem[] {
  const { own } = draft;
  const members = Object.keys(own.config.team?.members ?? {});
  const groups = new Map(Object.entries(own.config.team?.groups ?? {}));
  const granted = machine.projects.flatMap(({ facts }) => facts.access ?? []);
  const people = new Set(granted.flatMap((name) => groups.get(name) ?? [name]));
  const entitled = members.filter((name) => people.has(name));
  const unclear = isUnclear(draft, machine, [...people]);
  const allowed = entitled.join(", ");
  return accounts.flatMap((name, index): Problem[] => {
    const base = { path: machine.at("accounts", index), ...received(name), allowed };
    if (entitled.includes(name) || isBroken(draft, at(own, "team", "members", name))) return [];
    if (!members.includes(name)) {
      const fix = suggest(name, entitled, "add the member and give access, or remove the name");
      return [{ ...base, message: "is not a member of the team", fix }];
    }
    if (unclear) return [];
    const slugs = machine.projects.map(({ slug }) => slug).join(", ");
    return [
      {
        ...base,
        message: `is a member without access to ${slugs}, so there is nobody to give the account to`,
        fix: "add the member to access of a project on this machine, or remove the name",
      },
    ];
  });
}

/**
 * Whether who has access cannot be told: a name in it means nothing, or what decides was left out
 * for its form. That is told already, and nobody's access follows from its absence.
 */
function isUnclear(draft: Draft, { projects }: MachineDraft, people: readonly string[]): boolean {
  const members = draft.own.config.team?.members ?? {};
  return (
    projects.length === 0 ||
    people.some((name) => !Object.hasOwn(members, name)) ||
    // A project, its access or its node: it may live here. A group: its members may have access.
    draft.broken.some((place) =>
      /berth:(projects((\.|\[)[^.]*(\.node|\.access.*)?)?|team(\.groups.*)?)$/.test(place),
    )
  );
}
