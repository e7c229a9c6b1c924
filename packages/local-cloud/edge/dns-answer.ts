import type { Answer, CaaData, RecordType } from "dns-packet";

import { isDelegated, recordsAt, zoneFor, type Zone, type ZoneRecord } from "./zones";

/** What a client asks. */
export interface Question {
  readonly name: string;
  readonly type: RecordType;
}

/** What there is to answer. */
export interface Reply {
  readonly rcode: "NOERROR" | "NXDOMAIN" | "SERVFAIL";
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
}

/** What an answer rests on. */
export interface Names {
  readonly zones: readonly Zone[];
  /** The address that proxied names lead to. */
  readonly edge: string;
  /** Asks for a name that lies in none of the zones. */
  lookUp(question: Question): Promise<readonly Answer[]>;
}

/** What `ttl` 1 (automatic) means, and that of every proxied name. Unit: seconds. */
const automatic = 300;
/** Aliases of aliases that are followed before a loop is taken for one. */
const most = 8;

/**
 * Answers from the zones as Cloudflare's own servers do: a proxied name with the edge's address, an alias
 * at the zone's apex with what it leads to, a name that is not there with NXDOMAIN and the zone's SOA. An
 * alias is followed to its end, as a resolver does for its clients. Undefined: the name is none of the
 * zones'.
 */
export async function answer(
  question: Question,
  names: Names,
  depth = 0,
): Promise<Reply | undefined> {
  const name = question.name.toLowerCase();
  const zone = zoneFor(names.zones, name);
  if (!zone || isDelegated(zone, name)) return undefined;
  if (depth > most) return { rcode: "SERVFAIL", answers: [], authorities: [] };
  const records = recordsAt(zone, name);
  if (!records) return nothing(zone, "NXDOMAIN");
  const { type } = question;
  if (records.some(({ proxied }) => proxied) && isAddress(type)) {
    // The edge has no IPv6 address here, whatever the records are.
    return type === "A"
      ? found([{ name: question.name, type: "A", ttl: automatic, data: names.edge }])
      : nothing(zone, "NOERROR");
  }
  const alias = records.find((record) => record.type === "CNAME" && !record.proxied);
  if (alias && type !== "CNAME") return followed(question, alias, zone, names, depth);
  const own = records
    .filter((record) => record.type === type && !record.proxied)
    .flatMap((record) => written(question.name, record));
  const answers = name === zone.name ? [...own, ...ofApex(question, zone)] : own;
  return answers.length > 0 ? found(answers) : nothing(zone, "NOERROR");
}

function isAddress(type: RecordType): boolean {
  return type === "A" || type === "AAAA";
}

async function followed(
  { name, type }: Question,
  alias: ZoneRecord,
  zone: Zone,
  names: Names,
  depth: number,
): Promise<Reply> {
  const target: Question = { name: alias.content, type };
  const ours = await answer(target, names, depth + 1);
  const reply = ours ?? found(await names.lookUp(target));
  if (name.toLowerCase() === zone.name) {
    // No alias may stand beside a zone's own SOA, so it is shown as what it leads to.
    const flat = reply.answers.filter((each) => each.type === type);
    return flat.length > 0 ? found(flat.map((each) => ({ ...each, name }))) : nothing(zone);
  }
  const own: Answer = { name, type: "CNAME", ttl: ttlOf(alias), data: alias.content };
  return { ...reply, answers: [own, ...reply.answers] };
}

function found(answers: readonly Answer[]): Reply {
  return { rcode: "NOERROR", answers, authorities: [] };
}

function nothing(zone: Zone, rcode: Reply["rcode"] = "NOERROR"): Reply {
  return { rcode, answers: [], authorities: [soaOf(zone, zone.name)] };
}

function ofApex({ name, type }: Question, zone: Zone): Answer[] {
  if (type === "SOA") return [soaOf(zone, name)];
  if (type !== "NS") return [];
  return zone.nameServers.map((data) => ({ name, type: "NS", ttl: 86400, data }));
}

function soaOf(zone: Zone, name: string): Answer {
  const times = { refresh: 10000, retry: 2400, expire: 604800, minimum: 1800 };
  const mname = zone.nameServers[0] ?? "";
  const data = { mname, rname: "dns.cloudflare.com", serial: 1, ...times };
  return { name, type: "SOA", ttl: 1800, data };
}

function ttlOf({ ttl }: ZoneRecord): number {
  return ttl === 1 ? automatic : ttl;
}

/** A record as it is sent; none for a type that is kept and not served here. */
function written(name: string, record: ZoneRecord): Answer[] {
  const { type, content, priority, data } = record;
  const ttl = ttlOf(record);
  switch (type) {
    case "A":
    case "AAAA":
    case "CNAME":
    case "NS":
    case "PTR":
      return [{ name, type, ttl, data: content }];
    case "TXT":
      return [{ name, type, ttl, data: textsOf(content) }];
    case "MX":
      return [{ name, type, ttl, data: { preference: priority, exchange: content } }];
    case "SRV": {
      const [weight, port] = [Number(data["weight"] ?? 0), Number(data["port"] ?? 0)];
      const target = String(data["target"] ?? "");
      const own = Number(data["priority"] ?? priority);
      return [{ name, type, ttl, data: { priority: own, weight, port, target } }];
    }
    case "CAA": {
      const tag = String(data["tag"]) as CaaData["tag"];
      const [flags, value] = [Number(data["flags"] ?? 0), String(data["value"] ?? "")];
      return [{ name, type, ttl, data: { flags, tag, value } }];
    }
    default:
      return [];
  }
}

/** The strings of a TXT record, whose content holds them in quotes or is one; 255 bytes is the most of one. */
function textsOf(content: string): string[] {
  const quoted = [...content.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) =>
    text.replace(/\\(.)/g, "$1"),
  );
  const texts = quoted.length > 0 ? quoted : [content];
  return texts.flatMap((text) => text.match(/.{1,255}/gs) ?? [""]);
}
