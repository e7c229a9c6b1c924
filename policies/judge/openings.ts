import type { Resource } from "./resource";
import { at, entries, isValues, unknown, type Found } from "../../engine/values";

/** Ports from the first to the last, both included. */
export interface Ports {
  readonly from: number;
  readonly to: number;
}

/**
 * Ports that a firewall resource lets in; or that they depend on an input that is not known; or why
 * nobody here can read them, whatever becomes known.
 */
export type Opening = { readonly path: string } & (
  | {
      readonly ports: Ports | typeof unknown;
      /** Whom the rule admits: networks, and names of inputs that admit something else. */
      readonly from: From;
      readonly protocol: "tcp" | "udp";
    }
  | { readonly unreadable: string }
);
/** `anyone` where nothing is said of it. */
export type From = readonly string[] | "anyone" | typeof unknown;

const all: Ports = { from: 0, to: 65535 };
const wide = { from: "anyone", protocol: "tcp" } as const;
/** Protocols that have ports; every other one is let in whole, whatever ports the rule names. */
const withPorts = new Set(["tcp", "udp", "6", "17"]);
/** ICMP has no ports, and nothing listens to it. */
const portless = new Set(["icmp", "icmpv6", "ipv6-icmp", "icmp6", "1", "58"]);

/** Inputs of a rule that name networks, and inputs that admit what no network is named for. */
interface Sources {
  readonly networks: readonly string[];
  readonly others: readonly string[];
}
const sources = {
  digitalocean: {
    networks: ["sourceAddresses"],
    others: ["sourceDropletIds", "sourceTags", "sourceLoadBalancerUids", "sourceKubernetesIds"],
  },
  scaleway: { networks: ["ipRange", "ip"], others: [] },
  aws: {
    networks: ["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6", "cidrs", "ipv6Cidrs"],
    others: [
      "prefixListIds",
      "prefixListId",
      "securityGroups",
      "sourceSecurityGroupId",
      "referencedSecurityGroupId",
      "cidrListAliases",
      "self",
    ],
  },
} as const satisfies Record<string, Sources>;

type Reader = (resource: Resource) => Iterable<Opening>;

const readers: Readonly<Record<string, Reader>> = {
  "digitalocean:index/firewall:Firewall": function* ({ inputs }) {
    yield* each(inputs, "inboundRules", sources.digitalocean, (rule) => [
      range(at(rule, "portRange")),
    ]);
  },
  "scaleway:instance/securityGroup:SecurityGroup": scaleway,
  "scaleway:index/instanceSecurityGroup:InstanceSecurityGroup": scaleway,
  "scaleway:instance/securityGroupRules:SecurityGroupRules": scalewayRules,
  "scaleway:index/instanceSecurityGroupRules:InstanceSecurityGroupRules": scalewayRules,
  "aws:ec2/securityGroup:SecurityGroup": awsInline,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": awsInline,
  "aws:ec2/securityGroupRule:SecurityGroupRule": function* ({ inputs }) {
    if (at(inputs, "type") === "egress") return;
    yield* ruleOf("its ports", at(inputs, "protocol"), awsFrom(inputs), () => [bounds(inputs)]);
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": function* ({ inputs }) {
    yield* ruleOf("its ports", at(inputs, "ipProtocol"), awsFrom(inputs), () => [bounds(inputs)]);
  },
  "aws:lightsail/instancePublicPorts:InstancePublicPorts": function* ({ inputs }) {
    yield* each(inputs, "portInfos", sources.aws, (rule) => [bounds(rule)]);
  },
};

/** What lets traffic in under whatever name a provider gives it. */
const firewallLike =
  /firewall|securityGroup|publicPorts|networkAcl|loadBalancer|listener|frontend|portForward/i;
/** What lets things out alone. */
const harmless = /egressRule:/i;

/** Whether policies can read what a firewall of this type lets in. */
export function isReadableFirewall({ type }: Resource): boolean {
  return Object.hasOwn(readers, type);
}

/** What a resource lets in; nothing for resources that are no firewall. */
export function* openings(resource: Resource): Generator<Opening> {
  const read = Object.hasOwn(readers, resource.type) ? readers[resource.type] : undefined;
  if (read) yield* read(resource);
  else if (firewallLike.test(resource.type) && !harmless.test(resource.type)) {
    yield { path: "it", unreadable: "is a firewall of a kind that policies cannot read" };
  }
}

function* scaleway(resource: Resource): Generator<Opening> {
  const policy = at(resource.inputs, "inboundDefaultPolicy");
  if (policy === unknown) yield { path: "inboundDefaultPolicy", ports: unknown, ...wide };
  // Scaleway's own default is to accept.
  else if (policy !== "drop") yield { path: "inboundDefaultPolicy", ports: all, ...wide };
  const elsewhere = at(resource.inputs, "externalRules");
  if (elsewhere === unknown) yield { path: "externalRules", ports: unknown, ...wide };
  else if (elsewhere === true) {
    yield {
      path: "externalRules",
      unreadable: "leaves the rules to whoever writes them elsewhere",
    };
  }
  yield* scalewayRules(resource);
}

function* scalewayRules({ inputs }: Resource): Generator<Opening> {
  yield* each(
    inputs,
    "inboundRules",
    sources.scaleway,
    (rule) => {
      const given = ["port", "portRange"]
        .map((key) => at(rule, key))
        .filter((value) => !isNothing(value));
      return given.length === 0 ? [all] : given.map(range);
    },
    (rule) => at(rule, "action"),
  );
}

function* awsInline({ inputs }: Resource): Generator<Opening> {
  yield* each(inputs, "ingress", sources.aws, (rule) => [bounds(rule)]);
}

/** The openings of a list of rules; `actionOf` says of one whether it lets in at all. */
function* each(
  inputs: Found,
  key: string,
  admits: Sources,
  portsOf: (rule: Found) => readonly (Ports | typeof unknown)[],
  actionOf: (rule: Found) => Found = () => "accept",
): Generator<Opening> {
  const rules = at(inputs, key);
  if (rules === unknown) yield { path: key, ports: unknown, from: unknown, protocol: "tcp" };
  for (const [index, rule] of entries(rules).entries()) {
    const path = `${key}[${index}]`;
    const action = actionOf(rule);
    if (action === "drop") continue;
    const from = fromOf(rule, admits);
    if (rule === unknown || action === unknown) {
      yield { path, ports: unknown, from, protocol: "tcp" };
    } else yield* ruleOf(path, at(rule, "protocol"), from, () => portsOf(rule));
  }
}

function* ruleOf(
  path: string,
  protocol: Found,
  from: From,
  ports: () => readonly (Ports | typeof unknown)[],
): Generator<Opening> {
  // Judged even when the ports are known: ICMP's "ports" are message types.
  if (protocol === unknown) {
    yield { path, ports: unknown, from, protocol: "tcp" };
    return;
  }
  const name = isNothing(protocol) ? "tcp" : String(protocol).toLowerCase();
  if (portless.has(name)) return;
  if (!withPorts.has(name)) yield { path, ports: all, from, protocol: "tcp" };
  else {
    const spoken = name === "udp" || name === "17" ? "udp" : "tcp";
    for (const each of ports()) yield { path, ports: each, from, protocol: spoken };
  }
}

function awsFrom(rule: Found): From {
  return fromOf(rule, sources.aws);
}

function fromOf(rule: Found, { networks, others }: Sources): From {
  if (rule === unknown) return unknown;
  const named = networks.flatMap((key): readonly Found[] => {
    const value = at(rule, key);
    return Array.isArray(value) ? entries(value) : [value];
  });
  if (named.includes(unknown)) return unknown;
  const said = [
    ...named.filter((value) => !isNothing(value)).map(text),
    ...others.filter((key) => admitsAny(at(rule, key))),
  ];
  return said.length === 0 ? "anyone" : said;
}

function admitsAny(value: Found): boolean {
  return Array.isArray(value) ? value.length > 0 : !isNothing(value) && value !== false;
}

/** Scaleway and AWS read an absent port as 0. */
function isNothing(value: Found): boolean {
  return value === undefined || value === null || value === "" || value === 0;
}

/** `22`, `8000-9000`; whatever else it is, such as `all` or nothing, counts as all of them. */
function range(value: Found): Ports | typeof unknown {
  if (value === unknown) return unknown;
  const [, from, to = from] = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(text(value)) ?? [];
  return span(Number(from ?? NaN), Number(to ?? NaN));
}

function bounds(rule: Found): Ports | typeof unknown {
  if (!isValues(rule)) return all;
  const from = at(rule, "fromPort");
  const to = at(rule, "toPort");
  if (from === unknown || to === unknown) return unknown;
  return span(Number(text(from) || NaN), Number(text(to) || text(from) || NaN));
}

function span(from: number, to: number): Ports {
  const isPort = (port: number) => Number.isInteger(port) && port > 0 && port <= all.to;
  return isPort(from) && isPort(to) && from <= to ? { from, to } : all;
}

function text(value: Found): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
