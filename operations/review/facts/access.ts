import type { Plan } from "./plan";
import type { Side } from "./side";
import { at, isList, isValues, textAt, textsAt, type Value } from "../../../engine/values";
import { edge, openingsOf, type Opening } from "./openings";

/** Somebody, or the world, who can reach what they could not, or no longer. */
export interface Access {
  readonly kind: "gains" | "loses" | "changes";
  /** A person, a deployer, a group; for a port `anyone`, or the networks that it opens to. */
  readonly who: string;
  /** Where: a node; for archives a bucket and a prefix in it. */
  readonly where: string;
  /** What, in words. */
  readonly what: string;
}

const bootstrapType = "berth:index:Bootstrap";
const credentialType = "berth:backups:BackupCredential";
const groupType = "berth:backups:ArchiveGroup";

/** Who gains or loses access and where, by person, then node. */
export function accessOf(plan: Plan): readonly Access[] {
  return [...people(plan), ...credentials(plan), ...groups(plan), ...ports(plan)].sort((a, b) => {
    const [left, right] = [a, b].map(({ kind, who, where, what }) =>
      [kind, who, where, what].join("\u0000"),
    );
    return left! < right! ? -1 : 1;
  });
}

/** Accounts and keys on machines, from the facts that `Bootstrap` carries. */
function people(plan: Plan): Access[] {
  const [before, after] = [accounts(plan.before), accounts(plan.after)];
  const places = [...new Set([...before.keys(), ...after.keys()])];
  return places.flatMap((place) => {
    const [was, will] = [before.get(place) ?? {}, after.get(place) ?? {}];
    const [where, role] = place.split("\u0000") as [string, Role];
    const names = [...new Set([...Object.keys(was), ...Object.keys(will)])];
    return names.flatMap((who): Access[] => {
      const [had, has] = [was[who], will[who]];
      if (!had && has) return [{ kind: "gains", who, where, what: roles[role].gains }];
      if (had && !has) return [{ kind: "loses", who, where, what: roles[role].loses }];
      if (!had || !has) return [];
      const added = has.filter((key) => !had.includes(key)).length;
      const removed = had.filter((key) => !has.includes(key)).length;
      if (added + removed === 0) return [];
      return [{ kind: "changes", who, where, what: keyText(added, removed) }];
    });
  });
}

type Role = "people" | "deployers";
const roles = {
  people: { gains: "an account with sudo and Docker", loses: "the account" },
  deployers: { gains: "may deploy (root on the machine)", loses: "may no longer deploy" },
} as const satisfies Readonly<Record<Role, unknown>>;

/** Key fingerprints by name, by node and role. */
function accounts(side: Side): ReadonlyMap<string, Readonly<Record<string, readonly string[]>>> {
  const found = new Map<string, Readonly<Record<string, readonly string[]>>>();
  for (const resource of side.resources) {
    if (resource.type !== bootstrapType) continue;
    const where = side.nodeOf(resource) ?? resource.name;
    for (const role of ["people", "deployers"] as const) {
      found.set(`${where}\u0000${role}`, keysByName(at(resource.state.inputs, role)));
    }
  }
  return found;
}

function keysByName(value: Value | undefined): Readonly<Record<string, readonly string[]>> {
  if (!isValues(value)) return {};
  return Object.fromEntries(Object.keys(value).map((name) => [name, textsAt(value, name)]));
}

function keyText(added: number, removed: number): string {
  const parts = [
    ...(added > 0 ? [`${added} SSH key${added === 1 ? "" : "s"} more`] : []),
    ...(removed > 0 ? [`${removed} SSH key${removed === 1 ? "" : "s"} no longer valid`] : []),
  ];
  return parts.join(", ");
}

/** Machines' own access: which project's archives a node may write. */
function credentials(plan: Plan): Access[] {
  return plan.preview.changes.flatMap((change): Access[] => {
    const { type, fate, before, after } = change;
    if (type !== credentialType) return [];
    const [was, will] = [before, after].map((state) => textAt(state?.inputs, "project"));
    const where = plan.nodeOf(change) ?? change.name;
    const who = "the machine";
    const what = `writing the archives of ${will ?? was ?? change.name}`;
    if (fate === "create") return [{ kind: "gains", who, where, what }];
    if (fate === "delete") return [{ kind: "loses", who, where, what }];
    // Its place in the bucket is called after the project.
    return was === will
      ? []
      : [{ kind: "changes", who, where, what: `${what} instead of those of ${was ?? "?"}` }];
  });
}

/** What the members of people's groups may do with archives. Who is a member no plan knows. */
function groups(plan: Plan): Access[] {
  return plan.preview.changes.flatMap((change): Access[] => {
    const { type, name, before, after } = change;
    if (type !== groupType) return [];
    const [was, will] = [before, after].map((state) => placesOf(state?.inputs));
    const role = textAt((after ?? before)?.inputs, "role");
    const what = role === "drills" ? "reading and pruning archives" : "reading archives";
    const grants = (kind: Access["kind"], some: string[], others: string[]): Access[] =>
      some
        .filter((where) => !others.includes(where))
        .map((where) => ({ kind, who: `the group ${name}`, where, what }));
    return [...grants("gains", will!, was!), ...grants("loses", was!, will!)];
  });
}

function placesOf(inputs: Value | undefined): string[] {
  const places = at(inputs, "places");
  return (isList(places) ? places : []).map((place) => {
    const prefix = at(place, "whole") === true ? "" : (textAt(place, "prefix") ?? "?");
    return `${textAt(place, "bucket") ?? "?"}/${prefix}`;
  });
}

/** Ports that open or close to the network, and to whom. */
function ports(plan: Plan): Access[] {
  const [before, after] = [openings(plan.before), openings(plan.after)];
  const nodes = [...new Set([...before.keys(), ...after.keys()])];
  return nodes.flatMap((where) => {
    const [was, will] = [before.get(where), after.get(where)];
    // A new machine's usual ports, and a removed one's, are no news.
    if (!was || !will)
      return [...(will ?? new Map<string, Opening>()).values()].flatMap(unusual(where));
    const [opened, closed] = [without(will, was), without(was, will)];
    return [
      ...opened.map((opening) => portAccess("gains", where, opening)),
      ...closed.map((opening) => portAccess("loses", where, opening)),
    ];
  });
}

/** What a machine is opened for, and to whom: SSH to whomever it is declared, the web to the edge. */
function isUsual({ port, who }: Opening): boolean {
  return port === "22" || ((port === "80" || port === "443") && who === edge);
}

function unusual(where: string): (opening: Opening) => Access[] {
  return (opening) => (isUsual(opening) ? [] : [portAccess("gains", where, opening)]);
}

function portAccess(kind: Access["kind"], where: string, { port, who }: Opening): Access {
  return { kind, who, where, what: `port ${port}` };
}

type Openings = ReadonlyMap<string, Opening>;

function without(some: Openings, others: Openings): readonly Opening[] {
  return [...some].flatMap(([key, opening]) => (others.has(key) ? [] : [opening]));
}

function openings(side: Side): ReadonlyMap<string, Openings> {
  const found = new Map<string, Map<string, Opening>>();
  for (const resource of side.resources) {
    const open = openingsOf(resource.type, resource.state.inputs);
    if (!open) continue;
    const node = side.nodeOf(resource) ?? resource.name;
    const known = found.get(node) ?? new Map<string, Opening>();
    for (const opening of open) known.set(`${opening.port} ${opening.who}`, opening);
    found.set(node, known);
  }
  return found;
}
