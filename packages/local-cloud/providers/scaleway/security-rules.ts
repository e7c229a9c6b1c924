import { isIP } from "node:net";

import type { Opening } from "../../emulator/machines";
import type { Field } from "../../emulator/table";
import { isObject, UNKNOWN, type Props } from "../../emulator/values";
import { snake } from "../../emulator/check";
import { oneOf } from "./resource";

/** Members of `inboundRules` and `outboundRules`. */
export const ruleFields: NonNullable<Field["fields"]> = {
  action: { type: "string", required: true, refuse: oneOf("accept", "drop") },
  ip: { type: "string", refuse: refuseAddress },
  ipRange: { type: "string", refuse: refuseRange },
  port: { type: "integer" },
  portRange: { type: "string" },
  protocol: { type: "string", default: "TCP", refuse: oneOf("TCP", "UDP", "ICMP", "ANY") },
};

/** A rule in the form the state has after an apply: empty texts, not null. */
export function filled(rule: Props): Props {
  const { action, ip, ipRange, port, portRange, protocol } = rule;
  return {
    action,
    ip: ip ?? "",
    ipRange: ipRange ?? "",
    port: port ?? 0,
    portRange: portRange ?? "",
    protocol: protocol ?? "TCP",
  };
}

/** Rules of a list that may be null or hold anything. */
export function rulesOf(value: unknown): Props[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A rule as the API keeps and shows it: one range of sources, one port or range. */
export function asApi(rule: Props): Props {
  const [from, to] = portsOf(rule) ?? [0, 0];
  return {
    action: rule["action"],
    ip: "",
    ipRange: sourceOf(rule),
    port: from === to ? from : 0,
    portRange: from === to ? "" : `${from}-${to}`,
    protocol: rule["protocol"] ?? "TCP",
  };
}

/** The state's rule where it says the same as the API's, else the API's; the order counts. */
export function readRules(onCloud: unknown, inState: unknown): Props[] {
  const state = rulesOf(inState);
  return rulesOf(onCloud).map((rule, index) => {
    const kept = state[index];
    return kept && sameRule(kept, rule) ? kept : asApi(rule);
  });
}

function sameRule(a: Props, b: Props): boolean {
  return JSON.stringify(asApi(a)) === JSON.stringify(asApi(b));
}

type Ports = readonly [number, number];
const everyPort: Ports = [1, 65535];
const everywhere = ["0.0.0.0/0", "::/0"] as const;

/**
 * A group's inbound rules as openings for machines; undefined when everything is open. The first
 * rule that fits decides. Only drop rules for all sources can be told in openings; one for some
 * sources stays without effect on machines.
 */
export function openingsOf(group: Props): readonly Opening[] | undefined {
  const rules = rulesOf(group["inboundRules"]);
  const open = group["inboundDefaultPolicy"] !== "drop";
  if (open && !rules.some((rule) => rule["action"] === "drop")) return undefined;
  const fallback = open ? "accept" : "drop";
  return everywhere.flatMap((all) =>
    (["tcp", "udp", "icmp"] as const).flatMap((protocol) => {
      let left: Ports[] = [everyPort];
      const openings: Opening[] = [];
      for (const rule of [...rules, { action: fallback, protocol: "ANY", ipRange: all }]) {
        const named = String(rule["protocol"] ?? "TCP").toLowerCase();
        const source = sourceOf(rule);
        const same = source.includes(":") === all.includes(":");
        if ((named !== "any" && named !== protocol) || !same) continue;
        const ports = portsOf(rule) ?? everyPort;
        if (rule["action"] === "accept") {
          for (const range of overlap(left, ports)) {
            openings.push(
              protocol === "icmp"
                ? { protocol, sources: [source] }
                : { protocol, ports: range, sources: [source] },
            );
          }
        }
        if (source === all) left = without(left, ports);
      }
      return openings;
    }),
  );
}

function overlap(ranges: readonly Ports[], [from, to]: Ports): Ports[] {
  return ranges
    .map(([a, b]): Ports => [Math.max(a, from), Math.min(b, to)])
    .filter(([a, b]) => a <= b);
}

function without(ranges: readonly Ports[], [from, to]: Ports): Ports[] {
  return ranges.flatMap(([a, b]) => [
    ...overlap([[a, b]], [1, from - 1]),
    ...overlap([[a, b]], [to + 1, everyPort[1]]),
  ]);
}

function portsOf(rule: Props): Ports | undefined {
  const range = /^(\d+)-(\d+)$/.exec(String(rule["portRange"] ?? ""));
  if (range) return [Number(range[1]), Number(range[2])];
  const port = Number(rule["port"] ?? 0);
  return port > 0 ? [port, port] : undefined;
}

function sourceOf(rule: Props): string {
  if (rule["ipRange"]) return String(rule["ipRange"]);
  const { ip } = rule;
  return ip ? `${String(ip)}/${String(ip).includes(":") ? 128 : 32}` : everywhere[0];
}

function refuseAddress(value: unknown, { name }: { name: string }, place: string) {
  if (value === UNKNOWN || value === "" || isIP(String(value)) !== 0) return undefined;
  return `expected ${ruleField(place)} to contain a valid IP, got: ${String(value)}. Examine values at '${name}.${place}'.`;
}

function refuseRange(value: unknown, { name }: { name: string }, place: string) {
  if (value === UNKNOWN || value === "") return undefined;
  const text = String(value);
  const where = `Examine values at '${name}.${place}'.`;
  const [address = "", length = "", ...rest] = text.split("/");
  const version = isIP(address);
  const bits = version === 6 ? 128 : 32;
  if (version === 0 || rest.length > 0 || !/^\d+$/.test(length) || Number(length) > bits) {
    return `expected ${ruleField(place)} to contain a valid Value, got: ${text} with err: invalid CIDR address: ${text}. ${where}`;
  }
  const network = version === 4 ? networkOf(address, Number(length)) : address;
  if (network === address) return undefined;
  return `expected ${ruleField(place)} to contain a valid network Value, expected ${network}/${length}, got ${text}. ${where}`;
}

function networkOf(address: string, length: number): string {
  const bits = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - length);
  const first = Math.floor(bits / size) * size;
  return [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".");
}

/** `inboundRules[0].ipRange` as the provider spells it: `inbound_rule.0.ip_range`. */
function ruleField(place: string): string {
  return snake(place.replace(/s\[(\d+)\]/, ".$1"));
}
