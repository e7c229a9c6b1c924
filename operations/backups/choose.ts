import type { Findings } from "./judge";
import type { Holdings, ListedArchive } from "./keys";
import type { Manifest } from "./manifest";

/** Hours that the newest archive of a project may be old. */
export const freshHours = 26;

/** Days that may pass between two restore drills of a project (R34): a week, and a day to do it. */
export const drillDays = 8;

/** How long a node may take between an archive and its manifest. */
const manifestHours = 1;

/** Hours that clocks differ by at most. */
const clockHours = 1;

/** Hours since an instant; below 0 of one to come. */
export function hoursSince(at: Date, now: Date): number {
  return (now.getTime() - at.getTime()) / 3_600_000;
}

/** Whether what is dated so many hours ago is of a day to come: a clock was wrong, or somebody else wrote it. */
export function isAhead(hours: number): boolean {
  return hours < -clockHours;
}

/** An archive whose manifest is there. */
export type Described = ListedArchive & Required<Pick<ListedArchive, "manifest">>;

/** The newest archive that has a manifest, and what is wrong with what is newest. Pure. */
export function choose(
  { archives }: Holdings,
  prefix: string,
  now: Date,
): Pick<Findings, "failed"> & { readonly archive: Described | undefined } {
  const failed: string[] = [];
  const hours = (at: Date) => hoursSince(at, now);
  const isDescribed = (each: ListedArchive): each is Described => each.manifest !== undefined;
  const archive = archives.filter(isDescribed).at(-1);
  const newest = archives.at(-1);
  if (newest === undefined) return { failed: [`there is no archive below ${prefix}`], archive };
  if (newest !== archive && hours(newest.at) > manifestHours) {
    failed.push(`${newest.key}: has no manifest, so nobody knows what it should hold`);
  }
  if (archive === undefined) {
    failed.push(`no archive below ${prefix} has a manifest`);
    return { failed, archive };
  }
  if (hours(archive.at) > freshHours) {
    const old = Math.floor(hours(archive.at));
    const why = `is ${old} h old and the newest that has a manifest; ${freshHours} h are allowed`;
    failed.push(`${archive.key}: ${why}`);
  }
  if (isAhead(hours(archive.at))) {
    failed.push(`${archive.key}: is dated in the future, so whatever comes after it looks older`);
  }
  return { failed, archive };
}

/** Why a manifest is not of this archive. Pure. */
export function foreign(
  { key, bytes }: ListedArchive,
  { archive, project, environment }: Manifest,
  meant: { readonly project: string; readonly environment: string },
): string[] {
  const problems: string[] = [];
  if (archive.key !== key)
    problems.push(`${key}: its manifest is of another archive: ${archive.key}`);
  if (project !== meant.project || environment !== meant.environment) {
    problems.push(`${key}: its manifest is of ${project} in ${environment}`);
  }
  if (bytes < archive.bytes) {
    problems.push(`${key}: is truncated: ${bytes} of ${archive.bytes} bytes`);
  } else if (bytes > archive.bytes) {
    problems.push(`${key}: has ${bytes} bytes, its manifest says ${archive.bytes}`);
  }
  return problems;
}
