import type { Site } from "../placement/sites";

/**
 * The sites of a node as its proxy's program reads them, a line each: slug, port, `hidden` or `public`,
 * `external` or `cloudflare`, names that serve, names that lead on (`-` for none).
 */
export function siteLines(sites: readonly Site[]): string {
  return sites
    .map(({ slug, httpPort, serve, redirect, hidden, external }) =>
      [
        slug,
        httpPort,
        hidden ? "hidden" : "public",
        external ? "external" : "cloudflare",
        serve.join(","),
        redirect.join(",") || "-",
      ].join(" "),
    )
    .map((line) => `${line}\n`)
    .join("");
}
