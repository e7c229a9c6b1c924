import type { Resource } from "./resource";
import { at, entries, isMap, unknown, type Found, type Value } from "./value";

/** Ports that a firewall resource lets in, or the input on which that depends and is not known. */
export type Opening =
  | { readonly path: string; readonly from: number; readonly to: number }
  | { readonly path: string; readonly from: typeof unknown };

const all = { from: 0, to: 65535 } as const;
/** ICMP has no ports. */
const portless = new Set(["icmp", "icmpv6", "ipv6-icmp", "icmp6", "1", "58"]);

type Reader = (resource: Resource) => Iterable<Opening>;

const readers: Readonly<Record<string, Reader>> = {
  "digitalocean:index/firewall:Firewall": function* ({ inputs }) {
    yield* each(inputs, "inboundRules", (rule) => range(rule, "portRange"));
  },
  "scaleway:instance/securityGroup:SecurityGroup": scaleway,
  "scaleway:index/instanceSecurityGroup:InstanceSecurityGroup": scaleway,
  "scaleway:instance/securityGroupRules:SecurityGroupRules": scalewayRules,
  "scaleway:index/instanceSecurityGroupRules:InstanceSecurityGroupRules": scalewayRules,
  "aws:ec2/securityGroup:SecurityGroup": awsInline,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": awsInline,
  "aws:ec2/securityGroupRule:SecurityGroupRule": function* ({ inputs }) {
    if (at(inputs, "type") === "egress") return;
    yield opening("", inputs, inputs?.["protocol"], () => bounds(inputs));
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": function* ({ inputs }) {
    yield opening("", inputs, inputs?.["ipProtocol"], () => bounds(inputs));
  },
  "aws:lightsail/instancePublicPorts:InstancePublicPorts": function* ({ inputs }) {
    yield* each(inputs, "portInfos", bounds);
  },
};

/** Firewall resources that let nothing in. */
const harmless = /(egressRule|securityGroupAssociation|attachment):/i;
const firewallLike = /firewall|securityGroup|publicPorts/i;

/** What a resource lets in; nothing for resources that are no firewall. */
export function* openings(resource: Resource): Generator<Opening> {
  const read = readers[resource.type];
  if (read) yield* read(resource);
  else if (firewallLike.test(resource.type) && !harmless.test(resource.type)) {
    // A firewall of a kind that nobody has taught the policies to read.
    yield { path: "every input", from: unknown };
  }
}

function* scaleway(resource: Resource): Generator<Opening> {
  const policy = at(resource.inputs, "inboundDefaultPolicy");
  if (policy === unknown) yield { path: "inboundDefaultPolicy", from: unknown };
  // Scaleway's own default is to accept.
  else if (policy !== "drop") yield { path: "inboundDefaultPolicy", ...all };
  yield* scalewayRules(resource);
}

function* scalewayRules({ inputs }: Resource): Generator<Opening> {
  yield* each(inputs, "inboundRules", (rule) => {
    const action = at(rule, "action");
    if (action === "drop") return undefined;
    if (action === unknown) return unknown;
    const port = at(rule, "port");
    if (port === unknown) return unknown;
    if (typeof port === "number" && port !== 0) return { from: port, to: port };
    return range(rule, "portRange");
  });
}

function* awsInline({ inputs }: Resource): Generator<Opening> {
  yield* each(inputs, "ingress", bounds);
}

function* each(
  inputs: Found,
  key: string,
  portsOf: (rule: Found) => Ports | undefined,
): Generator<Opening> {
  const rules = at(inputs, key);
  if (rules === unknown) yield { path: key, from: unknown };
  for (const [index, rule] of entries(rules).entries()) {
    const path = `${key}[${index}]`;
    const protocol = at(rule, "protocol");
    const ports = portsOf(rule);
    if (ports !== undefined) yield opening(path, rule, protocol, () => ports);
  }
}

type Ports = { readonly from: number; readonly to: number } | typeof unknown;

function opening(path: string, rule: Found, protocol: Found, ports: () => Ports): Opening {
  const where = path === "" ? "its ports" : path;
  // Judged even when the ports are known: ICMP's "ports" are message types.
  if (protocol === unknown || rule === unknown) return { path: where, from: unknown };
  if (isPortless(protocol)) return { path: where, from: 0, to: -1 };
  if (isAll(protocol)) return { path: where, ...all };
  const read = ports();
  return read === unknown ? { path: where, from: unknown } : { path: where, ...read };
}

function isPortless(protocol: Found): boolean {
  return typeof protocol !== "undefined" && portless.has(String(protocol).toLowerCase());
}

/** AWS: all protocols, and with them all ports whatever else the rule says. */
function isAll(protocol: Found): boolean {
  return ["-1", "all"].includes(String(protocol));
}

/** `22`, `8000-9000`, `all`, or nothing, which is all of them. */
function range(rule: Found, key: string): Ports {
  const value = at(rule, key);
  if (value === unknown) return unknown;
  const [from, to] = String(value ?? "")
    .split("-")
    .map(Number);
  if (!from && !to) return all;
  return from === undefined || Number.isNaN(from) ? all : { from, to: to ?? from };
}

function bounds(rule: Found): Ports {
  if (!isMap(rule)) return all;
  const from = at(rule, "fromPort");
  const to = at(rule, "toPort");
  if (from === unknown || to === unknown) return unknown;
  const [first, last] = [port(from), port(to ?? from)];
  return first === undefined || first < 0 ? all : { from: first, to: last ?? first };
}

function port(value: Value | undefined): number | undefined {
  return value === null || value === undefined || value === "" ? undefined : Number(value);
}
