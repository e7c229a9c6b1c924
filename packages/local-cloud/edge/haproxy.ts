/** The edge as a configuration of haproxy (2.6 and later). Pure. */

import { isIP } from "node:net";
import type { Site } from "./sites";

/** Where the edge listens, and what it finds there; paths are absolute. */
export interface EdgePlace {
  /** Its own address: where visitors come in, and whom origins see. */
  readonly address: string;
  /** Of the visitors' certificates. */
  readonly certificates: string;
  /** Of client certificates, a file a host: `clientFile`. */
  readonly clients: string;
  /** Of the authorities that strict trusts, and of what they revoked. */
  readonly trusted: string;
  readonly revoked: string;
  /** The name server that knows origins outside of the cloud. */
  readonly nameServer: { readonly address: string; readonly port: number };
}

/** The file of the client certificate that is shown for a host. */
export function clientFile({ clients }: EdgePlace, host: string): string {
  return `${clients}/${host.replace("*", "_any")}.pem`;
}

/** How long an origin may take to answer at all. */
const connectSeconds = 4;

/**
 * How long a visitor's connection is kept without a request. Whoever asks again in the moment in which it ends gets a
 * reset, so a shorter time would give visitors resets that they do not get there. Source:
 * https://developers.cloudflare.com/fundamentals/reference/connection-limits/
 */
const idleSeconds = 400;

/** What Cloudflare takes of one request on most plans. Unit: bytes. */
const largestBody = 100 * 1024 * 1024;

/** File name extensions that Cloudflare caches without being told to. Source: its documentation. */
const cached = [
  ...["7z", "avi", "avif", "apk", "bin", "bmp", "bz2", "class", "css", "csv", "doc", "docx", "dmg"],
  ...["ejs", "eot", "eps", "exe", "flac", "gif", "gz", "ico", "iso", "jar", "jpg", "jpeg", "js"],
  ...["mid", "midi", "mkv", "mp3", "mp4", "ogg", "otf", "pdf", "pict", "pls", "png", "ppt", "pptx"],
  ...["ps", "rar", "svg", "svgz", "swf", "tar", "tif", "tiff", "ttf", "webm", "webp", "woff"],
  ...["woff2", "xls", "xlsx", "zip", "zst"],
];

/**
 * The whole configuration. What a visitor sends of Cloudflare's own headers is dropped, and
 * `X-Forwarded-For` gets the visitor's address appended, as Cloudflare does. Errors between edge and
 * origin come with Cloudflare's status codes, each with a line of text.
 */
export function renderEdge(sites: readonly Site[], place: EdgePlace): string {
  return [
    ...general(place),
    "frontend tls",
    // No h2: haproxy 2.6 hangs up on a visitor of it whose origin goes unanswered, instead of saying so.
    `  bind ${place.address}:443 ssl crt ${place.certificates} strict-sni alpn http/1.1`,
    "  http-request set-var(txn.scheme) str(https)",
    ...visitors,
    ...choices(sites, (site) => (isClear(site) ? "clear" : "tls")),
    "  default_backend nowhere",
    "",
    "frontend clear",
    `  bind ${place.address}:80`,
    "  http-request set-var(txn.scheme) str(http)",
    ...visitors,
    ...redirects(sites),
    ...choices(sites, ({ mode }) => (mode === "origin_pull" ? "tls" : "clear")),
    "  default_backend nowhere",
    "",
    ...sites.flatMap((site, index) => [
      ...backend(`tls_${index}`, site, place, 443),
      ...backend(`clear_${index}`, site, place, 80),
    ]),
    "backend nowhere",
    unresolved,
    "",
  ].join("\n");
}

function isClear({ mode }: Site): boolean {
  return mode === "flexible" || mode === "off";
}

function general({ nameServer }: EdgePlace): string[] {
  return [
    "global",
    "  log stdout format raw local0 notice",
    "  user haproxy",
    "  group haproxy",
    "  maxconn 8000",
    "  hard-stop-after 30m",
    "  ssl-default-bind-options ssl-min-ver TLSv1.2",
    "",
    "defaults",
    "  mode http",
    "  log global",
    // Without it a reload would cut the idle connections of visitors who are about to ask again.
    "  option idle-close-on-response",
    "  option redispatch",
    "  retries 1",
    `  timeout connect ${connectSeconds}s`,
    "  timeout http-request 30s",
    `  timeout http-keep-alive ${idleSeconds}s`,
    "  timeout client 100s",
    "  timeout server 100s",
    "  timeout tunnel 1h",
    "",
    "resolvers outside",
    `  nameserver cloud ${nameServer.address}:${nameServer.port}`,
    "  accepted_payload_size 1232",
    "",
    "cache edge",
    "  total-max-size 64",
    "  max-object-size 8388608",
    "  max-age 7200",
    "",
  ];
}

/** What holds for every visitor. */
const visitors = [
  "  http-request set-var(txn.start) date(0,ms)",
  "  http-request set-var(txn.host) req.hdr(host),field(1,:),lower",
  `  http-request return status 413 content-type text/plain string "error code: 413" if { req.hdr_val(content-length) gt ${largestBody} }`,
  "  http-request del-header cf- -m beg",
  "  http-request set-var(txn.ray) uuid(4),regsub(-,,g),bytes(0,16)",
  "  http-request set-header CF-Ray %[var(txn.ray)]-LOC",
  "  http-request set-header CF-Connecting-IP %[src]",
  "  http-request set-header CF-IPCountry XX",
  `  http-request set-header CF-Visitor '{"scheme":"%[var(txn.scheme)]"}'`,
  "  http-request set-header X-Forwarded-Proto %[var(txn.scheme)]",
  '  http-request set-header X-Forwarded-For "%[req.fhdr(x-forwarded-for)], %[src]" if { req.hdr(x-forwarded-for) -m found }',
  "  http-request set-header X-Forwarded-For %[src] if !{ req.hdr(x-forwarded-for) -m found }",
  `  acl static path,lower -m reg \\.(${cached.join("|")})$`,
  "  http-request set-var(txn.static) bool(true) if static METH_GET",
  "  http-request cache-use edge if { var(txn.static) -m bool }",
  "  http-response set-var(txn.answered) bool(true)",
  // What the origin says nothing of, the edge keeps for two hours, and tells visitors nothing of it.
  "  http-response set-var(txn.silent) bool(true) if !{ res.hdr(cache-control) -m found } !{ res.hdr(expires) -m found }",
  "  http-response set-header Cache-Control s-maxage=7200 if { var(txn.static) -m bool } { var(txn.silent) -m bool }",
  "  http-response cache-store edge if { var(txn.static) -m bool } !{ res.hdr(set-cookie) -m found }",
  "  http-after-response del-header Cache-Control if { res.hdr(cache-control) -m str s-maxage=7200 }",
  "  http-after-response set-header Server cloudflare",
  "  http-after-response set-header CF-Ray %[var(txn.ray)]-LOC",
  "  http-after-response set-header CF-Cache-Status DYNAMIC if !{ var(txn.static) -m bool }",
  "  http-after-response set-header CF-Cache-Status MISS if { var(txn.static) -m bool } !{ res.cache_hit }",
  "  http-after-response set-header CF-Cache-Status HIT if { res.cache_hit }",
  ...failures(),
];

/**
 * Cloudflare's codes for what came between it and an origin that gave no answer. haproxy does not tell
 * whether a connection was refused or went unanswered, so the time tells; nor whether an origin refused or
 * hung up in the middle of the handshake, which is 521 as well here.
 */
function failures(): string[] {
  const none = "!{ var(txn.answered) -m bool } !{ res.cache_hit }";
  const [mismatch, handshake] = [33, 34];
  const code = (status: number, when: string) =>
    `  http-after-response set-status ${status} if ${none} ${when}`;
  return [
    '  http-error status 502 content-type text/plain string "the origin gave no valid answer"',
    '  http-error status 503 content-type text/plain lf-string "the origin cannot be reached: %[bc_err_str] %[ssl_bc_err_str]"',
    '  http-error status 504 content-type text/plain string "the origin does not answer"',
    "  http-after-response set-var(txn.took) date(0,ms),sub(txn.start)",
    code(520, "{ status 502 }"),
    code(524, "{ status 504 }"),
    code(526, "{ status 503 } { ssl_bc_err_str -m sub verify }"),
    code(526, `{ status 503 } { bc_err ${mismatch} }`),
    code(525, `{ status 503 } { bc_err ${handshake} } { ssl_bc_err gt 0 }`),
    code(522, `{ status 503 } { var(txn.took) -m int ge ${connectSeconds * 1000} }`),
    code(521, "{ status 503 }"),
  ];
}

function redirects(sites: readonly Site[]): string[] {
  return sites
    .filter(({ alwaysHttps }) => alwaysHttps)
    .map(({ host }) => `  http-request redirect scheme https code 301 if ${matching(host)}`);
}

/** For names that are not there, and origins whose name leads nowhere. */
const unresolved =
  '  http-request return status 530 content-type text/plain string "error code: 1016"';

/** Which backend a name leads to; a wildcard's names are all that have no other. */
function choices(sites: readonly Site[], kind: (site: Site) => string): string[] {
  const lines = sites.map((site, index) => ({
    isWild: site.host.startsWith("*."),
    length: site.host.length,
    text: `  use_backend ${kind(site)}_${index} if ${matching(site.host)}`,
  }));
  return [
    ...lines.filter(({ isWild }) => !isWild),
    ...lines.filter(({ isWild }) => isWild).sort((a, b) => b.length - a.length),
  ].map(({ text }) => text);
}

function matching(host: string): string {
  return host.startsWith("*.")
    ? `{ var(txn.host) -m end ${host.slice(1)} }`
    : `{ var(txn.host) -m str ${host} }`;
}

function backend(name: string, site: Site, place: EdgePlace, port: 443 | 80): string[] {
  const verified = site.mode === "strict" || site.mode === "origin_pull";
  const trust = verified
    ? `verify required ca-file ${place.trusted} crl-file ${place.revoked}`
    : "verify none";
  const client = site.client ? ` crt ${clientFile(place, site.host)}` : "";
  const tls = port === 443 ? ` ssl sni var(txn.host) alpn http/1.1 ${trust}${client}` : "";
  // Not by the number of servers that are up: of a process that is about to end there are none.
  const named = site.origins.some((origin) => isIP(origin) === 0);
  const absent =
    site.origins.length === 0
      ? [unresolved]
      : named
        ? [`${unresolved} unless { srv_is_up(${name}/origin_0) }`]
        : [];
  return [
    `backend ${name}`,
    ...absent,
    ...site.origins.map((origin, index) => server(origin, index, port, tls, place)),
    "",
  ];
}

function server(
  origin: string,
  index: number,
  port: number,
  tls: string,
  { address }: EdgePlace,
): string {
  const from = ` source ${address}`;
  switch (isIP(origin)) {
    case 4:
      return `  server origin_${index} ${origin}:${port}${from}${tls}`;
    case 6:
      return `  server origin_${index} [${origin}]:${port}${tls}`;
    default: {
      const found = " resolvers outside resolve-prefer ipv4 init-addr none";
      return `  server origin_${index} ${origin}:${port}${from}${found}${tls}`;
    }
  }
}
