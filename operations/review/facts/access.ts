import type { Side, Plan } from "./side";
import { at, isList, isValues, textAt, textsAt, type Value, type Values } from "../value";

/** Somebody, or the world, who can reach what they could not, or no longer. */
export interface Access {
  readonly kind: "gains" | "loses" | "changes";
  /** A person, a deployer, or `anyone` for a port. */
  readonly who: string;
  /** Where: a node. */
  readonly where: string;
  /** What, in words. */
  readonly what: string;
}

const bootstrapType = "berth:index:Bootstrap";
const credentialType = "berth:backups:BackupCredential";

/** Who gains or loses access and where, by person, then node. */
export function accessOf(plan: Plan): readonly Access[] {
  return [...people(plan), ...credentials(plan), ...ports(plan)].sort((a, b) => {
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

/** Ports that open or close to the network. */
function ports(plan: Plan): Access[] {
  const [before, after] = [openings(plan.before), openings(plan.after)];
  const nodes = [...new Set([...before.keys(), ...after.keys()])];
  return nodes.flatMap((where) => {
    const [was, will] = [before.get(where), after.get(where)];
    // A new machine's usual ports, and a removed one's, are no news.
    if (!was || !will) return unusual(where, will ?? new Set());
    const opened = [...will].filter((port) => !was.has(port));
    const closed = [...was].filter((port) => !will.has(port));
    return [
      ...opened.map((port): Access => ({
        kind: "gains",
        who: "anyone",
        where,
        what: `port ${port}`,
      })),
      ...closed.map((port): Access => ({
        kind: "loses",
        who: "anyone",
        where,
        what: `port ${port}`,
      })),
    ];
  });
}

const usual: ReadonlySet<string> = new Set(["22", "80", "443"]);

function unusual(where: string, open: ReadonlySet<string>): Access[] {
  return [...open]
    .filter((port) => !usual.has(port))
    .map((port) => ({ kind: "gains", who: "anyone", where, what: `port ${port}` }));
}

function openings(side: Side): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const resource of side.resources) {
    const open = opened(resource.type, resource.state.inputs);
    if (!open) continue;
    const node = side.nodeOf(resource) ?? resource.name;
    const known = found.get(node) ?? new Set();
    open.forEach((port) => known.add(port));
    found.set(node, known);
  }
  return found;
}

/** Ports a firewall resource opens; undefined for what is no firewall. */
function opened(type: string, inputs: Values): readonly string[] | undefined {
  if (/^digitalocean:index\/firewall:|^scaleway:instance\/securityGroup:/.test(type)) {
    const rules = at(inputs, "inboundRules");
    return (isList(rules) ? rules : []).flatMap((rule) =>
      at(rule, "action") === "drop"
        ? []
        : portText(at(rule, "portRange") ?? at(rule, "port"), at(rule, "protocol")),
    );
  }
  if (type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") {
    const [from, to] = [at(inputs, "fromPort"), at(inputs, "toPort")];
    const single = from === to || to === undefined;
    const port: Value | undefined = single ? from : `${String(from)}-${String(to)}`;
    return portText(port, at(inputs, "ipProtocol"));
  }
  return undefined;
}

function portText(port: Value | undefined, protocol: Value | undefined): string[] {
  const suffix =
    typeof protocol === "string" && !/^tcp$/i.test(protocol) ? `/${protocol.toLowerCase()}` : "";
  if (typeof port === "string" || typeof port === "number") return [`${port}${suffix}`];
  return suffix === "" ? ["all"] : [`all${suffix}`];
}
