import type { Cron, FoundProject, FoundThere, Uptime } from "./service";
import { isMarked, type OwnMark, type Sheet } from "./sheet";
import type { WantedCron, WantedProject } from "./wanted";

/** Plans that each page of a project is asked for from outside. */
export function planPages(
  sheet: Sheet,
  mark: OwnMark,
  { pages, slug }: WantedProject,
  there: FoundThere,
  project: FoundProject | undefined,
): void {
  for (const url of pages) {
    const uptime: Uptime = { name: `${mark.now} site ${url}`, url, isEnabled: true };
    const found = there.uptimes.find(
      (one) => one.projectId === project?.id && one.url === url && isMarked(one.name, mark),
    );
    const { host } = new URL(url);
    const byHand = there.uptimes.find(
      (one) =>
        one.projectId === project?.id &&
        one.isEnabled &&
        !isMarked(one.name, mark) &&
        URL.canParse(one.url) &&
        new URL(one.url).host === host,
    );
    // Both would tell of the same outage, one after the other.
    if (byHand !== undefined) {
      sheet.note(
        `${JSON.stringify(byHand.name)} watches ${host} already and is not Berth's; none is made beside it`,
      );
      continue;
    }
    if (found === undefined) {
      sheet.step(`watch ${url}`, { kind: "make uptime", project: slug, uptime });
      continue;
    }
    sheet.keep("uptime", found.id);
    if (found.name === uptime.name && found.isEnabled) continue;
    sheet.step(`watch ${url} again`, { kind: "change uptime", id: found.id, uptime });
  }
}

/** Plans that a report of each of a project's crons is expected once a day. */
export function planCrons(
  sheet: Sheet,
  mark: OwnMark,
  each: WantedProject,
  there: FoundThere,
  project: FoundProject | undefined,
): void {
  for (const wanted of each.crons) {
    const { slug, formerly } = wanted;
    const cron = cronOf(mark, each, wanted);
    const found =
      there.crons.find((one) => one.slug === slug) ??
      there.crons.find((one) => one.slug === formerly && isMarked(one.name, mark));
    if (found === undefined) {
      sheet.step(`expect ${slug} to report each day`, { kind: "make cron", cron });
    } else if (!isMarked(found.name, mark)) {
      sheet.problem(
        `a cron monitor ${slug} of ${found.project} was made by hand and is not replaced; rename it there, or delete it`,
      );
    } else {
      sheet.keep("cron", found.slug);
      if (isAsWanted(found, cron, project)) continue;
      sheet.step(`expect ${slug} to report each day again`, {
        ...{ kind: "change cron", slug: found.slug, cron },
      });
    }
  }
}

function cronOf(mark: OwnMark, each: WantedProject, { kind, slug }: WantedCron): Cron {
  const name = `${mark.now} ${kind} of ${each.project ?? "the fleet"}`;
  return { slug, name, project: each.slug, isDaily: true, isEnabled: true };
}

/** One whose project is about to be renamed goes with it. */
function isAsWanted(found: Cron, cron: Cron, project: FoundProject | undefined): boolean {
  const isThere = [cron.project, project?.slug].includes(found.project);
  return (
    found.slug === cron.slug &&
    found.name === cron.name &&
    isThere &&
    found.isDaily &&
    found.isEnabled
  );
}
