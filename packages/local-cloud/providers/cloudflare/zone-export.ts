import type { Zone, ZoneRecord } from "../../edge/zones";

/**
 * A zone's records as Cloudflare exports them: BIND's form, absolute names, a remark that keeps what BIND does not
 * know. The zone's own SOA and NS come first. Form: Cloudflare's documentation of exports; no real zone was asked.
 */
export function exported({ name, nameServers, records }: Zone): string {
  const [first] = nameServers;
  const lines = [
    `${name}.\t3600\tIN\tSOA\t${first}. dns.cloudflare.com. 1 10000 2400 604800 3600`,
    ...nameServers.map((server) => `${name}.\t86400\tIN\tNS\t${server}.`),
    ...records.map(line),
  ];
  return `;; Domain:     ${name}.\n;; Exported by the local cloud\n${lines.join("\n")}\n`;
}

function line(record: ZoneRecord): string {
  const { name, type, ttl, proxied } = record;
  const remark = proxied ? " ; cf_tags=cf-proxied:true" : "";
  return `${name}.\t${ttl}\tIN\t${type}\t${contentOf(record)}${remark}`;
}

/** Of types whose content is a name or a text, what BIND wants around it. */
function contentOf({ type, content, priority, data }: ZoneRecord): string {
  switch (type) {
    case "CNAME":
    case "NS":
      return `${content}.`;
    case "MX":
      return `${priority} ${content}.`;
    case "TXT":
      return content.startsWith('"') ? content : `"${content}"`;
    case "SRV":
      return `${priority} ${field(data, "weight")} ${field(data, "port")} ${field(data, "target")}.`;
    case "CAA":
      return `${field(data, "flags")} ${field(data, "tag")} "${field(data, "value")}"`;
    default:
      return content;
  }
}

function field(data: ZoneRecord["data"], name: string): string {
  return String(data[name] ?? "");
}
