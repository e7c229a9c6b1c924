import type { Site } from "../placement/sites";

/**
 * The sites of a node as its proxy's program reads them, a line each: slug, port, `hidden` or `public`,
 * `external` or `cloudflare`, names that serve, names that lead on, networks that may visit and the hash of
 * the password that others may (`-` for none; both `-`: anyone may).
 */
export function siteLines(sites: readonly Site[]): string {
  return sites
    .map(({ slug, httpPort, serve, redirect, hidden, external, visitors }) =>
      [
        slug,
        httpPort,
        hidden ? "hidden" : "public",
        external ? "external" : "cloudflare",
        serve.join(","),
        redirect.join(",") || "-",
        visitors?.networks.join(",") || "-",
        visitors?.password ?? "-",
      ].join(" "),
    )
    .map((line) => `${line}\n`)
    .join("");
}
