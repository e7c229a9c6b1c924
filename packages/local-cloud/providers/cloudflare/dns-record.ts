import { ProviderError, type Context } from "../../emulator/handler";
import { equal, UNKNOWN, type Props } from "../../emulator/values";
import { newId, stamp, zoneOf } from "./api";
import { judgeRecord, storedRecord } from "./dns-rules";
import { malformedId, type ObjectType } from "./object";
import { oneOfTexts } from "./one-of";

const types = [
  ...["A", "AAAA", "CNAME", "MX", "NS", "OPENPGPKEY", "PTR", "TXT", "CAA", "CERT", "DNSKEY", "DS"],
  ...["HTTPS", "LOC", "NAPTR", "SMIMEA", "SRV", "SSHFP", "SVCB", "TLSA", "URI"],
];

/**
 * DNS records. In the world a record has the API's own spelling (whole name in lower case, `ttl` 1
 * when proxied), ready to be answered; the state shows what the program wrote until a refresh.
 * Source: the provider's recorded calls.
 */
export const dnsRecord: ObjectType = {
  type: "cloudflare:index/dnsRecord:DnsRecord",
  kind: "cloudflare/dns_record",
  inputs: {
    name: { type: "string", required: true },
    ttl: { type: "number", required: true },
    type: { type: "string", required: true, forceNew: true, refuse: oneOfTexts(types) },
    zoneId: { type: "string", forceNew: true },
    content: { type: "string", computed: true },
    proxied: { type: "boolean", absent: false },
    comment: { type: "string" },
    tags: { type: "set", computed: true },
    settings: { type: "object", computed: true },
    priority: { type: "number" },
    data: { type: "object" },
  },
  outputs: {
    createdOn: UNKNOWN,
    meta: UNKNOWN,
    modifiedOn: UNKNOWN,
    proxiable: UNKNOWN,
    tagsModifiedOn: UNKNOWN,
    commentModifiedOn: null,
  },
  descriptions: {
    name: "DNS record name (or @ for the zone apex) in Punycode.",
    ttl: "Time To Live (TTL) of the DNS record in seconds. Setting to 1 means 'automatic'. Value must be between 60 and 86400, with the minimum reduced to 30 for Enterprise zones.",
    type: `Record type. Available values: ${types.map((type) => `"${type}"`).join(", ")}.`,
  },
  volatile: (changed, news) => [
    ...(changed.some((key) => key !== "zoneId") ? ["modifiedOn"] : []),
    ...(changed.includes("type") ? ["settings"] : []),
    ...(changed.includes("comment") && news["comment"] ? ["commentModifiedOn"] : []),
    ...(changed.includes("tags") ? ["tagsModifiedOn"] : []),
  ],
  plan(planned, news, olds) {
    const tags = Array.isArray(planned["tags"]) ? [...(planned["tags"] as string[])].sort() : [];
    const own = Array.isArray(planned["tags"]) ? { tags } : {};
    if (!olds)
      return { ...planned, ...own, ...(news["comment"] ? { commentModifiedOn: UNKNOWN } : {}) };
    // Terraform takes left-out tags for none, though the cloud fills them in at first.
    return news["tags"] === undefined ? { ...planned, tags: [] } : { ...planned, ...own };
  },
  same(key, state, planned, news, context) {
    switch (key) {
      case "name":
        return sameName(String(state), String(planned), news["zoneId"], context);
      case "content":
        return String(news["type"]).toUpperCase() === "CNAME" && sameText(state, planned);
      case "type":
        return sameText(state, planned);
      case "tags":
        return equal(sortedTexts(state), sortedTexts(planned));
      default:
        return false;
    }
  },
  parseImport(id) {
    const [zoneId, recordId, ...rest] = id.split("/");
    if (!zoneId || !recordId || rest.length > 0) {
      throw malformedId("<zone_id>/<dns_record_id>", id);
    }
    return { id: recordId, known: { zoneId } };
  },
  request: (method, id, outputs) => ({
    method,
    path: `/zones/${String(outputs["zoneId"])}/dns_records/${id}`,
  }),
  notFound: { code: 81044, message: "Record does not exist." },
  create(planned, context) {
    if (planned["proxied"] === true && planned["ttl"] !== 1) {
      throw new ProviderError(
        "ttl must be set to 1 when `proxied` is true: When a DNS record is marked as `proxied` the TTL must be 1 as Cloudflare will control the TTL internally.",
      );
    }
    const request = {
      method: "POST" as const,
      path: `/zones/${String(planned["zoneId"])}/dns_records`,
    };
    const zone = zoneOf(context, request, planned["zoneId"]);
    judgeRecord(context, request, known(planned), zone);
    const now = stamp(context);
    const tags = Array.isArray(planned["tags"]) ? planned["tags"] : [];
    return {
      id: newId(),
      outputs: {
        content: known(planned)["content"],
        createdOn: now,
        modifiedOn: now,
        meta: "{}",
        proxiable: isProxiable(planned["type"]),
        settings: { ...noSettings(planned["type"]), ...settingsOf(planned) },
        tags,
        tagsModifiedOn: tags.length > 0 ? now : null,
        commentModifiedOn: planned["comment"] ? now : null,
      },
    };
  },
  update(id, planned, context, olds) {
    const request = {
      method: "PUT" as const,
      path: `/zones/${String(planned["zoneId"])}/dns_records/${id}`,
    };
    const zone = zoneOf(context, request, planned["zoneId"]);
    judgeRecord(context, request, known(planned), zone, id);
    const now = stamp(context);
    const tags = Array.isArray(planned["tags"]) ? planned["tags"] : [];
    const was = (key: string, changed: boolean) => (changed ? now : (olds[key] ?? null));
    const settings = { ...noSettings(planned["type"]), ...settingsOf(planned) };
    return {
      settings,
      modifiedOn: now,
      tagsModifiedOn: tags.length > 0 ? was("tagsModifiedOn", !equal(olds["tags"], tags)) : null,
      commentModifiedOn: planned["comment"]
        ? was("commentModifiedOn", olds["comment"] !== planned["comment"])
        : null,
    };
  },
  store(outputs, context) {
    const zone = context.world.get("cloudflare/zone", String(outputs["zoneId"]));
    return storedRecord(outputs, String(zone?.data["name"] ?? ""));
  },
};

/** Relative spellings and `@` mean what the API made of them; letter case and a dot at the end count. */
function sameName(state: string, planned: string, zoneId: unknown, context: Context): boolean {
  const zone = context.world.get("cloudflare/zone", String(zoneId))?.data["name"];
  if (typeof zone !== "string") return false;
  return planned === "@" ? state === zone : state === `${planned}.${zone}`;
}

function sameText(a: unknown, b: unknown): boolean {
  return typeof a === "string" && typeof b === "string" && a.toLowerCase() === b.toLowerCase();
}

function sortedTexts(value: unknown): unknown {
  return Array.isArray(value) ? value.map(String).sort() : value;
}

/** What the request says: unknown is what the program left out. */
function known(planned: Props): Props {
  return Object.fromEntries(Object.entries(planned).filter(([, value]) => value !== UNKNOWN));
}

function isProxiable(type: unknown): boolean {
  return ["A", "AAAA", "CNAME"].includes(String(type).toUpperCase());
}

function noSettings(type: unknown): Props {
  return String(type).toUpperCase() === "CNAME"
    ? { flattenCname: false, ipv4Only: false, ipv6Only: false }
    : {};
}

function settingsOf({ settings }: Props): Props {
  return typeof settings === "object" && settings !== null ? (settings as Props) : {};
}
