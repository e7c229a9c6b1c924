import * as cloudflare from "@pulumi/cloudflare";

import type { ResolvedFleet } from "../placement/resolved";
import { placeOf } from "../fleet/show";
import { forEach, type Asking } from "./asking";
import type { OwnState } from "./own-state";

/** A visitors' name that Cloudflare's universal certificate does not cover by itself. */
interface DeepName {
  readonly name: string;
  readonly zone: string;
  readonly zoneId: string;
  readonly path: string;
}

/**
 * Looks for a certificate for proxied names two labels or more below their zone. The universal
 * certificate covers a zone and one level below it, so that such a name answers no browser without
 * another one. A new name is refused; of one that is there already it is said.
 */
export async function lookAtCertificates(
  fleet: ResolvedFleet,
  own: OwnState | undefined,
  asking: Asking,
): Promise<void> {
  if (fleet.role !== "environment") return;
  const there = new Set(
    (own?.all("cloudflare:index/dnsRecord:DnsRecord") ?? []).map(({ name }) => name),
  );
  await forEach(deepNames(fleet), async ({ name, zone, zoneId, path }) => {
    const answer = await asking.ask(
      `a certificate of the zone ${zone} covers ${name}, which is two levels or more below it and thereby outside the universal one`,
      () => cloudflare.getCertificatePacks({ zoneId }),
      false,
    );
    if (answer === undefined) return;
    const hosts = answer.results
      .filter(({ status }) => status === "active")
      .flatMap((pack) => pack.hosts);
    if (hosts.some((host) => covers(host, name))) return;
    const message = `is two levels or more below its zone ${zone}, and no certificate at Cloudflare covers it (the universal one covers ${zone} and *.${zone}): browsers would refuse the site`;
    if (there.has(name)) asking.notes.push(`${path}: ${name} ${message}.`);
    else {
      asking.problems.push({
        path,
        message,
        received: JSON.stringify(name),
        fix: `choose a name one level below ${zone}, such as ${name.split(".")[0]}.${zone}, or order a certificate for it first (Cloudflare's dashboard: SSL/TLS, Edge Certificates)`,
      });
    }
  });
}

/** Whether a certificate for `host` is one for `name`; a wildcard stands for one label. */
export function covers(host: string, name: string): boolean {
  const [first, ...rest] = name.toLowerCase().split(".");
  const pattern = host.toLowerCase();
  return pattern === name.toLowerCase() || (first !== "" && pattern === `*.${rest.join(".")}`);
}

function deepNames(fleet: ResolvedFleet): DeepName[] {
  return fleet.projects.flatMap(({ slug, names, zone: own, furtherNames }) => {
    const primary = { name: names.primary, zone: own, path: ["domain"] };
    return [primary, ...furtherNames].flatMap(({ name, zone, path }) => {
      if (zone === undefined) return [];
      const levels = name.split(".").length - zone.split(".").length;
      if (levels < 2) return [];
      const place = placeOf(["projects", slug, ...path]);
      return [{ name, zone, zoneId: fleet.agency.zones[zone]!, path: place }];
    });
  });
}
