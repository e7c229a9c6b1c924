import type { Asked } from "../../components/machine/questions";
import { readFacts } from "../ground/report";
import type { Machine } from "./fleet";

/** A machine's sites as they are asked for on it: by the path of their health where they have one. */
export function askedOf({ declared }: Pick<Machine, "declared">): Asked[] {
  return declared.sites.map(({ slug, httpPort, serve }) => ({
    ...{ slug, httpPort, domain: serve[0] ?? slug },
    path: declared.deliveries.find((each) => each.slug === slug)?.health.path ?? "/",
  }));
}

/** What each site's service answered on its machine, by slug: a status, or 0 for nothing. */
export function readAnswers(said: string): Readonly<Record<string, number>> {
  const answers = (readFacts(said).get("answer") ?? []).flatMap((line) => {
    const [slug = "", status] = line.split(" ");
    return [[slug, Number(status)] as const];
  });
  return Object.fromEntries(answers);
}

/** Whether a status is what a well site answers. The path of a health answers 2xx; a page of which nothing is declared may lead on. */
export function isWell(status: number, hasHealth: boolean): boolean {
  return status >= 200 && status < (hasHealth ? 300 : 400);
}
