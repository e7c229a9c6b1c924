import { z } from "zod";

import type { Delivery } from "../../components/placement/deliveries";
import { readJsonFact } from "../ground/report";

const text = z.string().max(2_000);
const told = <Schema extends z.ZodType>(schema: Schema) => schema.nullish().catch(undefined);

/** What a machine says of one project that it delivers. */
const deliveredSite = z.object({
  slug: z.string().max(100),
  commit: told(z.string().regex(/^[0-9a-f]{7,64}$/)),
  at: told(text),
  by: told(text),
  verdict: told(text),
  history: told(z.array(z.object({ at: told(text), verdict: told(text), why: told(text) }))),
  running: told(z.boolean()),
  /** Its containers' health or status, by service. */
  services: told(z.record(text, text)),
  /** Services of the version that was delivered. */
  expected: told(z.array(text)),
  /** Services that act by themselves, where the machine does not serve: they wait. */
  waiting: told(z.array(text)),
  /** Compose's name of it. */
  project: told(text),
  /** Docker's identity of the image that each service was delivered with. */
  identities: told(z.record(text, text)),
  delivering: told(z.union([z.boolean(), z.object({}).loose()])),
});

/** A project as its machine delivers it. */
export type DeliveredSite = z.output<typeof deliveredSite>;

/**
 * Reads what `berth-site status` said on a machine. Undefined where nothing delivers there, or what it said is of
 * another form.
 */
export function readDelivered(said: string): readonly DeliveredSite[] | undefined {
  const reading = z
    .object({ sites: z.array(deliveredSite) })
    .safeParse(readJsonFact(said, "sites"));
  return reading.success ? reading.data.sites : undefined;
}

/**
 * What of the projects that a machine shall deliver needs a person, one sentence each. `elsewhere`: those that another
 * machine serves, which need not run here: one that has moved does not, and its way back is a read-only copy.
 */
export function deliveryConcerns(
  declared: readonly Delivery[],
  delivered: readonly DeliveredSite[] | undefined,
  elsewhere: ReadonlySet<string> = new Set(),
): string[] {
  if (declared.length === 0) return [];
  if (delivered === undefined) return ["did not tell what it delivers"];
  return declared.flatMap(({ slug }): string[] => {
    const site = delivered.find((each) => each.slug === slug);
    if (site?.delivering) return [];
    const last = site?.history?.at(-1);
    const why = last?.why ? `: ${last.why}` : "";
    const failed =
      site?.verdict !== undefined && site.verdict !== null && site.verdict !== "delivered";
    if (!site?.commit) {
      return failed
        ? [`${slug} could not be delivered${why}; once that is put right: berth deploy ${slug}`]
        : [`${slug} is not delivered; run berth deploy ${slug}`];
    }
    if (failed) {
      return [
        `the last delivery of ${slug} failed, ${short(site.commit)} serves${why}; ` +
          `once that is put right: berth deploy ${slug}`,
      ];
    }
    return site.running === false && !elsewhere.has(slug)
      ? [`${slug} was delivered and does not run; look: berth logs ${slug}`]
      : [];
  });
}

/** A project in a few words, for below the table. */
export function deliveredText({
  slug,
  commit,
  at,
  by,
  verdict,
  delivering,
}: DeliveredSite): string {
  const state = commit ? `${short(commit)}${at ? ` since ${at}` : ""}` : "not delivered";
  const who = commit && by ? ` by ${by}` : "";
  const last = verdict && verdict !== "delivered" ? `, last delivery: ${verdict}` : "";
  return `${slug} ${state}${who}${last}${delivering ? ", a delivery is under way" : ""}`;
}

function short(commit: string): string {
  return commit.slice(0, 12);
}
