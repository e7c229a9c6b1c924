import * as net from "node:net";

import type { Context, ProviderError } from "../../emulator/handler";
import type { Props } from "../../emulator/values";
import { refusal, type Request } from "./api";

const conflict =
  "An A, AAAA, or CNAME record with that host already exists. For more details, refer to <https://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/records-with-same-name/>.";

/** The name as the API keeps it: lower case, whole, without a dot at the end. */
export function wholeName(name: unknown, zone: string): string {
  const given = String(name).toLowerCase().replace(/\.$/, "");
  if (given === "@" || given === zone) return zone;
  return given.endsWith(`.${zone}`) ? given : `${given}.${zone}`;
}

/** The content as the API keeps it. */
export function wholeContent(type: unknown, content: unknown): unknown {
  if (typeof content !== "string") return content;
  switch (String(type).toUpperCase()) {
    case "AAAA":
      return net.isIPv6(content) ? new URL(`http://[${content}]`).hostname.slice(1, -1) : content;
    case "CNAME":
      return content.toLowerCase().replace(/\.$/, "");
    default:
      return content;
  }
}

/** The record as the API keeps it; a proxied one has no time to live of its own. */
export function storedRecord(record: Props, zone: string): Props {
  return {
    ...record,
    name: wholeName(record["name"], zone),
    type: String(record["type"]).toUpperCase(),
    content: wholeContent(record["type"], record["content"]),
    ttl: record["proxied"] === true ? 1 : record["ttl"],
  };
}

/**
 * Refuses a record as the API does: content of another kind (9005 …), a time to live out of range
 * (9021), a type that cannot be proxied (9004), an identical record (81058), a CNAME beside an
 * address or another CNAME (81053). One refusal is this cloud's own: a name that lies in another
 * zone of the account, which the API would take for a relative one (`a.example.org.example.com`).
 */
export function judgeRecord(
  context: Context,
  request: Request,
  record: Props,
  zone: { id: string; name: string },
  id?: string,
): void {
  const wanted = storedRecord(record, zone.name);
  const problem =
    contentProblem(wanted) ??
    ttlProblem(record["ttl"]) ??
    proxyProblem(wanted) ??
    foreignName(context, record, zone) ??
    neighbourProblem(context, wanted, zone.id, id);
  if (problem) throw refused(context, request, problem);
}

interface Problem {
  readonly code: number;
  readonly message: string;
}

function refused(context: Context, request: Request, problem: Problem): ProviderError {
  return refusal(context, request, 400, { ...problem });
}

function contentProblem({ type, content }: Props): Problem | undefined {
  const text = typeof content === "string" ? content : "";
  if (type === "A" && !net.isIPv4(text)) {
    return { code: 9005, message: "Content for A record must be a valid IPv4 address." };
  }
  if (type === "AAAA" && !net.isIPv6(text)) {
    return { code: 9006, message: "Content for AAAA record must be a valid IPv6 address." };
  }
  if (type === "CNAME" && !/^(?=.{1,253}$)([\w-]{1,63}\.)*[\w-]{1,63}$/.test(text)) {
    return { code: 9007, message: "Content for CNAME record is invalid." };
  }
  return undefined;
}

function ttlProblem(ttl: unknown): Problem | undefined {
  if (ttl === 1 || (typeof ttl === "number" && ttl >= 60 && ttl <= 86400)) return undefined;
  return {
    code: 9021,
    message: "Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.",
  };
}

function proxyProblem({ type, proxied }: Props): Problem | undefined {
  if (proxied !== true || ["A", "AAAA", "CNAME"].includes(String(type))) return undefined;
  return { code: 9004, message: "This record type cannot be proxied." };
}

function foreignName(
  context: Context,
  { name }: Props,
  zone: { id: string; name: string },
): Problem | undefined {
  const given = String(name).toLowerCase().replace(/\.$/, "");
  if (given === zone.name || given.endsWith(`.${zone.name}`)) return undefined;
  const other = context.world
    .list("cloudflare/zone")
    .map(({ data }) => String(data["name"]))
    .find((candidate) => given === candidate || given.endsWith(`.${candidate}`));
  if (other === undefined) return undefined;
  return {
    code: 9000,
    message: `DNS name is invalid: ${given} lies in the zone ${other}, not in ${zone.name}; the real API would make it ${given}.${zone.name}`,
  };
}

function neighbourProblem(
  context: Context,
  wanted: Props,
  zoneId: string,
  id: string | undefined,
): Problem | undefined {
  const addresses = ["A", "AAAA"];
  const neighbours = context.world
    .list("cloudflare/dns_record")
    .filter((other) => other.id !== id && other.data["zoneId"] === zoneId)
    .map(({ data }) => data)
    .filter(({ name }) => name === wanted["name"]);
  if (
    neighbours.some(({ type, content }) => type === wanted["type"] && content === wanted["content"])
  ) {
    return { code: 81058, message: "An identical record already exists." };
  }
  const types = neighbours.map(({ type }) => String(type));
  const isAlias = wanted["type"] === "CNAME";
  const clash = isAlias
    ? types.some((type) => type === "CNAME" || addresses.includes(type))
    : addresses.includes(String(wanted["type"])) && types.includes("CNAME");
  return clash ? { code: 81053, message: conflict } : undefined;
}
