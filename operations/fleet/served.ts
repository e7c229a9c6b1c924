import { z } from "zod";

import { dayLength } from "../../components/fleet/formats";
import type { Site } from "../../components/placement/sites";
import { count } from "../ground/table";
import { readJsonFact } from "../ground/report";

/** What a machine's proxy says of one site. */
const servedSite = z.object({
  slug: z.string().max(100),
  certificate: z.object({ notAfter: z.iso.datetime() }).nullable(),
  originPulls: z.enum(["absent", "optional", "enforced"]),
  renewal: z.string().max(500).nullish(),
});

/** A site as its machine serves it. */
export interface ServedSite {
  readonly slug: string;
  /** When its certificate ends; absent: it serves none. */
  readonly ends?: Date;
  /** Why the machine could not order its certificate last; absent: it could, or need not. */
  readonly unobtained?: string;
  /** Whether the edge's certificate is asked for, or demanded. */
  readonly originPulls: "absent" | "optional" | "enforced";
}

/** Days before a certificate's end from which a person should see to it: updates renew it long before. */
const worryDays = 60;

/**
 * Reads what `berth-proxy status` said on a machine. Undefined where there is no proxy, or what it said is
 * of another form.
 */
export function readServed(text: string): readonly ServedSite[] | undefined {
  const said = readJsonFact(text, "proxy");
  const reading = z.object({ sites: z.array(servedSite) }).safeParse(said);
  if (!reading.success) return undefined;
  return reading.data.sites.map(({ slug, certificate, originPulls, renewal }) => ({
    slug,
    originPulls,
    ...(certificate === null ? {} : { ends: new Date(certificate.notAfter) }),
    ...(renewal ? { unobtained: renewal } : {}),
  }));
}

/** What of the sites that are declared of a machine needs a person, one sentence each. */
export function servedConcerns(
  declared: readonly Site[],
  served: readonly ServedSite[] | undefined,
  now: Date,
): string[] {
  const behindEdge = declared.filter(({ external }) => !external);
  const ordered = (served ?? []).flatMap(({ slug, ends, unobtained }) => {
    if (unobtained === undefined) return [];
    const until = ends === undefined ? "it has none" : `the present one ends on ${dateOf(ends)}`;
    return [`could not order the certificate of ${slug} (${until}): ${unobtained}`];
  });
  if (behindEdge.length === 0) return ordered;
  if (served === undefined) return ["did not tell what its proxy serves"];
  const brought = behindEdge.flatMap(({ slug }): string[] => {
    const ends = served.find((site) => site.slug === slug)?.ends;
    if (ends === undefined) return [`serves no certificate for ${slug}; run pulumi up`];
    const days = Math.floor((ends.getTime() - now.getTime()) / dayLength);
    if (days < 0) return [`the certificate of ${slug} ended on ${dateOf(ends)}; run pulumi up`];
    if (days >= worryDays) return [];
    return [`the certificate of ${slug} ends in ${count(days, "day")}; run pulumi up`];
  });
  return [...brought, ...ordered];
}

/** A site in a few words, for below the table. */
export function servedText({ slug, ends, originPulls }: ServedSite): string {
  const until = ends === undefined ? "no certificate" : `until ${dateOf(ends)}`;
  const edge = {
    absent: "no certificate of the edge's is asked for",
    optional: "the edge's is asked for",
    enforced: "the edge's is demanded",
  };
  return `${slug} ${until}, ${edge[originPulls]}`;
}

function dateOf(date: Date): string {
  return date.toISOString().slice(0, "YYYY-MM-DD".length);
}
