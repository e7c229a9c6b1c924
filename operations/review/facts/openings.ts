import { cloudFacts } from "../../../components/clouds/facts";
import type { OpeningInputs } from "../../../components/clouds/describe";
import { clouds } from "../../../components/fleet/fleet";
import { cloudflareNetworks } from "../../../components/placement/cloudflare-networks";
import { at, isList, secret, unknown, type Value, type Values } from "../../../engine/values";

/** A way in from a network. */
export interface Opening {
  /** `8443`, `53/udp`, `all`, `5000-5010`. */
  readonly port: string;
  /** `anyone` for the whole internet, `edge` for Cloudflare's, otherwise networks or what stands for some. */
  readonly who: string;
}

const anyone = "anyone";
const { ipv4, ipv6 } = cloudflareNetworks;
const edgeNetworks: readonly string[] = [...ipv4, ...ipv6];
/** Cloudflare's edge, in a word instead of all its networks. */
export const edge = `Cloudflare (${ipv4.length}+${ipv6.length} networks)`;

/** A rule: a port, and either networks or who else may come. */
interface Door {
  readonly port: string;
  readonly who: string | readonly string[];
}

/** How each kind of resource that lets traffic in says so: from the clouds' facts. */
const kinds: readonly OpeningInputs[] = clouds.flatMap((cloud) => cloudFacts[cloud].openings);

/** What a resource lets in; undefined for one that is no firewall and the like. */
export function openingsOf(type: string, inputs: Values): readonly Opening[] | undefined {
  const kind = kinds.find(({ types }) => types.test(type));
  if (kind === undefined) return undefined;
  const wide = holdsAny(inputs, kind.wide) ? [{ port: "all", who: anyone }] : [];
  return [...wide, ...joined(ofRules(kind, inputs))];
}

/** Some clouds take one network a rule: a port is told once, with all networks that may come to it. */
function joined(doors: readonly Door[]): readonly Opening[] {
  const ports = new Map<string, Set<string>>();
  const others: Opening[] = [];
  for (const { port, who } of doors) {
    if (typeof who === "string") others.push({ port, who });
    else ports.set(port, new Set([...(ports.get(port) ?? []), ...who]));
  }
  return [
    ...[...ports].map(([port, networks]) => ({ port, who: named([...networks]) })),
    ...others,
  ];
}

function named(networks: readonly string[]): string {
  if (networks.some((network) => network.endsWith("/0"))) return anyone;
  const isEdge = edgeNetworks.every((network) => networks.includes(network));
  const rest = isEdge ? networks.filter((network) => !edgeNetworks.includes(network)) : networks;
  const [first] = rest;
  const told =
    rest.length > 1 ? [`${rest.length} networks (${first} …)`] : first === undefined ? [] : [first];
  return [...(isEdge ? [edge] : []), ...told].join(" and ");
}

function ofRules(kind: OpeningInputs, inputs: Values): readonly Door[] {
  if (kind.rules === undefined) return ofRule(kind, inputs);
  const rules = at(inputs, kind.rules);
  if (rules === unknown || rules === secret)
    return [{ port: "what only the update knows", who: anyone }];
  return (isList(rules) ? rules : []).flatMap((rule) => ofRule(kind, rule));
}

function ofRule(kind: OpeningInputs, rule: Value): readonly Door[] {
  if (holdsAny(rule, kind.shut)) return [];
  const protocol = kind.protocol === undefined ? undefined : at(rule, kind.protocol);
  const all = protocol === "-1" || protocol === -1 || protocol === "all";
  return [{ port: all ? "all" : portText(portOf(kind, rule), protocol), who: whoFrom(kind, rule) }];
}

function holdsAny(value: Value, held: OpeningInputs["shut"]): boolean {
  return Object.entries(held ?? {}).some(([field, wanted]) => at(value, field) === wanted);
}

function portOf({ port }: OpeningInputs, rule: Value): Value | undefined {
  const given = port.map((field) => {
    if (typeof field === "string") return at(rule, field);
    const [from, to] = field.map((end) => at(rule, end));
    return from === to || to === undefined ? from : `${shown(from)}-${shown(to)}`;
  });
  return given.find((value) => value !== undefined && value !== "");
}

/** Who comes from these networks; without any: what stands for them, else everybody. */
function whoFrom({ networks, lists, machines }: OpeningInputs, rule: Value): Door["who"] {
  const known = networks.flatMap((field): readonly (Value | undefined)[] => {
    const source = at(rule, field);
    return isList(source) ? source : [source];
  });
  if (known.some((source) => source === unknown || source === secret))
    return "networks that only the update knows";
  const given = known.flatMap((source) =>
    typeof source === "string" && source !== "" ? [source] : [],
  );
  if (given.length > 0) return given;
  if (givesAny(rule, lists)) return "a list of networks";
  return givesAny(rule, machines) ? "machines of the account" : anyone;
}

function givesAny(rule: Value, fields: readonly string[] = []): boolean {
  return fields.some((field) => {
    const value = at(rule, field);
    if (isList(value)) return value.length > 0;
    return value !== undefined && value !== null && value !== false && value !== "";
  });
}

function portText(port: Value | undefined, protocol: Value | undefined): string {
  const isTcp = typeof protocol !== "string" || /^(tcp|6)$/i.test(protocol);
  const suffix = isTcp ? "" : `/${protocol.toLowerCase()}`;
  if (port === unknown || port === secret) return `what only the update knows${suffix}`;
  const all = port === undefined || port === null || port === "" || port === "all" || port === "0";
  return `${all ? "all" : shown(port)}${suffix}`;
}

function shown(value: Value | undefined): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "?";
}
