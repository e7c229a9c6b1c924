import { dayLength } from "../../../components/fleet/formats";
import { servedConcerns } from "../../fleet/served";
import { bad, good, none, unknown, type Cell } from "../cell";
import type { Gathered } from "../gather";
import { ofMachine, ofReading } from "./known";

/** Days before its end by which the certificate that visitors see has been renewed, by the edge or the machine. */
const renewedDays = 14;

/** When the certificates end: the one that visitors are shown, and the one that the machine shows the edge. */
export function certificate(row: Gathered, now: Date): Cell {
  const { project, ended } = row.subject;
  if (project === undefined) return none("it serves no project");
  if (ended) return none("its service ended");
  const visitors = ["visitors", shown(row, now)] as const;
  const machine = brought(row, now);
  const parts = [visitors, ...(machine === undefined ? [] : [["origin", machine] as const])];
  const value = parts.map(([whose, each]) => `${whose}: ${each.value}`).join(", ");
  const cells = parts.map(([, each]) => each);
  const worst =
    cells.find(({ state }) => state === "bad") ?? cells.find(({ state }) => state === "unknown");
  if (worst !== undefined) return { ...worst, value };
  const [at] = cells.flatMap((each) => each.at ?? []).sort();
  const source = cells.map((each) => each.source).join(", and ");
  return { state: "good", value, source, ...(at === undefined ? {} : { at }) };
}

function shown({ visit }: Gathered, now: Date): Cell {
  return ofReading(visit, (said, from) => {
    if (said.kind === "silent" || said.ends === null) {
      return unknown(from, "visitors were shown none");
    }
    const ends = new Date(said.ends);
    const value = `until ${dayOf(ends)}`;
    if (daysTo(ends, now) >= renewedDays) return good(value, from);
    return bad(value, from, `it should have been renewed ${renewedDays} days before its end`);
  });
}

/** Absent where the machine has no proxy of Berth's. */
function brought(row: Gathered, now: Date): Cell | undefined {
  const { machine, project } = row.subject;
  const site = machine?.declared.sites.find(({ slug }) => slug === project?.slug);
  if (machine !== undefined && site === undefined) return undefined;
  return ofMachine(row, ({ served }, from) => {
    if (served === null || site === undefined) {
      return unknown(from, "it did not tell what its proxy serves");
    }
    const ends = served.find(({ slug }) => slug === site.slug)?.ends;
    const value = ends === undefined ? "none" : `until ${dayOf(ends)}`;
    const own = served.filter(({ slug }) => slug === site.slug).map(withoutAbsent);
    const [concern] = servedConcerns([site], own, now);
    if (concern !== undefined) return bad(value, from, concern);
    // A site without the edge shows visitors this very certificate.
    if (ends === undefined) return unknown(from, "it serves none yet", value);
    return good(value, from);
  });
}

/** Optional keys are absent, not undefined. */
function withoutAbsent({
  slug,
  ends,
  unobtained,
}: {
  readonly slug: string;
  readonly ends?: Date | undefined;
  readonly unobtained?: string | undefined;
}) {
  return {
    ...{ slug, originPulls: "absent" as const },
    ...(ends === undefined ? {} : { ends }),
    ...(unobtained === undefined ? {} : { unobtained }),
  };
}

function daysTo(end: Date, now: Date): number {
  return (end.getTime() - now.getTime()) / dayLength;
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, "YYYY-MM-DD".length);
}
