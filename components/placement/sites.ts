import { createHash } from "node:crypto";

import type { Environment } from "../fleet/environment";
import { spelledOnce } from "./network";
import type { ResolvedProject } from "./resolved";

/** What the proxy of a node is told of a project: a site of its own behind one front (R71). */
export interface Site {
  readonly slug: string;
  /** Port on the node's loopback that the project's web service publishes (R65). */
  readonly httpPort: number;
  /** Names that show the site: the primary one first, then `www` and the further ones. */
  readonly serve: readonly string[];
  /** Names that lead on to the primary one for good; path and query stay. */
  readonly redirect: readonly string[];
  /** Not production: search engines are told to leave it out (R81). */
  readonly hidden: boolean;
  /** The client runs its DNS: visitors come without Cloudflare. */
  readonly external: boolean;
  /** Who may visit it, by their network or with a password; absent: anyone. */
  readonly visitors?: {
    /** Each in one spelling. */
    readonly networks: readonly string[];
    /** The password's hash, of glibc's kind 6. */
    readonly password?: string;
  };
}

/** A project's site on the machine that it lives on. Pure. */
export function siteOf(
  project: Pick<
    ResolvedProject,
    "slug" | "httpPort" | "domain" | "dns" | "furtherNames" | "visitors"
  >,
  environment: Environment,
): Site {
  const { slug, domain, dns, furtherNames, visitors } = project;
  const further = (leads: boolean) =>
    furtherNames
      .filter(({ role }) => (role === "redirect") === leads)
      .map(({ name }) => name)
      .filter((name) => name !== domain);
  return {
    slug,
    httpPort: httpPortOf(project),
    serve: [...new Set([domain, ...further(false)])],
    redirect: [...new Set(further(true))],
    hidden: environment !== "prod",
    external: dns === "external",
    ...(visitors === undefined
      ? {}
      : { visitors: { ...visitors, networks: spelledOnce(visitors.networks ?? []) } }),
  };
}

/** Ports that follow from slugs: of no service's own, below those that the system gives out itself. */
const derivedPorts = { first: 18_000, count: 1_000 } as const;

/**
 * The loopback port of a project: declared, or by its slug alone, so that one that comes or goes never
 * moves another's. Two projects of a node may meet on one; a check refuses that.
 */
export function httpPortOf({
  slug,
  httpPort,
}: {
  readonly slug: string;
  readonly httpPort?: number | undefined;
}): number {
  if (httpPort !== undefined) return httpPort;
  const number = createHash("sha256").update(slug).digest().readUInt32BE(0);
  return derivedPorts.first + (number % derivedPorts.count);
}
