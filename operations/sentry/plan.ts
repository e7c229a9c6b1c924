import { planAlert, workspaceOf } from "./alerts";
import type { FoundThere } from "./service";
import { Sheet, type OwnMark, type Plan } from "./sheet";
import { standing } from "./standing";
import { planCrons, planPages } from "./watches";
import type { Wanted, WantedProject } from "./wanted";

/** Compares what the stack files want with what the service has. Pure: the same of both is the same plan. */
export function planOf(wanted: Wanted, there: FoundThere): Plan {
  const { agency, mark } = wanted;
  const sheet = new Sheet("agency.sentry");
  if (!there.teams.includes(agency.team)) {
    sheet.problem(
      `there is no team ${agency.team} in ${agency.organization}; make it there, or name another one`,
    );
    return sheet;
  }
  const workspace = workspaceOf(agency, there);
  if ("problem" in workspace) sheet.problem(workspace.problem);
  for (const each of wanted.projects) {
    sheet.about(each.name);
    for (const note of each.notes) sheet.note(note);
    const found = standing(sheet, wanted, each, there);
    if (found === undefined) {
      keepAll(sheet, mark, each, there);
      continue;
    }
    planPages(sheet, mark, each, there, found.project);
    planCrons(sheet, mark, each, there, found.project);
    if ("id" in workspace) planAlert(sheet, wanted, each, there, workspace.id, found.project);
    else keepAlerts(sheet, there);
    for (const { stack, isSet } of each.dsnPlaces) {
      if (isSet || each.project === undefined) continue;
      const says = `set SENTRY_DSN of ${each.project} in Pulumi.${stack}.yaml, encrypted`;
      sheet.step(says, { kind: "set dsn", stack, project: each.project, from: each.slug });
    }
  }
  clearAway(sheet, mark, there);
  return sheet;
}

/** Plans that all that Berth made is watched no more. Pure. */
export function endingPlan(mark: OwnMark, there: FoundThere): Plan {
  const sheet = new Sheet("agency.sentry");
  clearAway(sheet, mark, there);
  return sheet;
}

/** Where a person has to decide first, what watches goes on watching. */
function keepAll(sheet: Sheet, mark: OwnMark, each: WantedProject, there: FoundThere): void {
  const ids = there.projects
    .filter(({ slug }) => slug === each.slug || slug === each.formerly)
    .map(({ id }) => id);
  for (const { id, projectId } of there.uptimes)
    if (ids.includes(projectId)) sheet.keep("uptime", id);
  for (const { slug } of each.crons) sheet.keep("cron", slug);
  const streams = ids.flatMap((id) => there.streams[id] ?? []);
  for (const { id, sources } of there.alerts) {
    if (sources.some((source) => streams.includes(source))) sheet.keep("alert", id);
  }
}

/** A workspace that was disconnected for a while takes no alert with it. */
function keepAlerts(sheet: Sheet, there: FoundThere): void {
  for (const { id } of there.alerts) sheet.keep("alert", id);
}

/**
 * Plans to remove what Berth made and nobody wants any more. Projects stay: their events are the client's history. What
 * only has a mark of before may be another Berth project's: it stays, and is named.
 */
function clearAway(sheet: Sheet, { now, before }: OwnMark, there: FoundThere): void {
  sheet.about("wanted no more");
  const slugOf = (id: string) => there.projects.find((each) => each.id === id)?.slug ?? id;
  const stays = "its project stays with its events, until a person deletes it";
  const isGoing = (kind: "uptime" | "cron" | "alert", id: string, name: string): boolean => {
    if (sheet.keeps(kind, id)) return false;
    if (name.startsWith(`${before} `)) {
      sheet.note(
        `${JSON.stringify(name)} is of nothing that is declared here and does not say whose it is: another Berth project's, or of one that is declared no more; delete it there in that case`,
      );
    }
    return name.startsWith(`${now} `);
  };
  for (const { id, name, url, projectId } of there.uptimes) {
    if (!isGoing("uptime", id, name)) continue;
    sheet.step(`watch ${url} no more (${slugOf(projectId)}: ${stays})`, {
      ...{ kind: "remove uptime", id },
    });
  }
  for (const { slug, name, project } of there.crons) {
    if (!isGoing("cron", slug, name)) continue;
    sheet.step(`expect no report of ${slug} (${project}: ${stays})`, { kind: "remove cron", slug });
  }
  for (const { id, name } of there.alerts) {
    if (!isGoing("alert", id, name)) continue;
    sheet.step(`remove the alert ${JSON.stringify(name)} (${stays})`, { kind: "remove alert", id });
  }
}
