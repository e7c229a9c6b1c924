import type { FoundProject, FoundThere } from "./service";
import type { Sheet } from "./sheet";
import type { Wanted, WantedProject } from "./wanted";

/**
 * Finds a wanted project on the service, or plans to make or rename it. Undefined where only a person can decide whose it
 * is: that is told, and nothing of it is touched.
 */
export function standing(
  sheet: Sheet,
  { agency }: Wanted,
  each: WantedProject,
  there: FoundThere,
): { readonly project?: FoundProject } | undefined {
  const found = there.projects.find(({ slug }) => slug === each.slug);
  const before = there.projects.find(({ slug }) => slug === each.formerly);
  const isOurs = (one: FoundProject) => one.teams.includes(agency.team);
  if (found !== undefined) {
    if (isOurs(found) || each.isNamed) {
      if (!isOurs(found)) sheet.note(takenOver(found));
      return { project: found };
    }
    sheet.problem(`${refusal(found)}${wayOut(each)}`);
    return undefined;
  }
  if (before !== undefined) {
    if (!isOurs(before)) {
      sheet.problem(`${refusal(before)}${wayOut({ ...each, slug: before.slug })}`);
      return undefined;
    }
    sheet.step(`rename ${before.slug} to ${each.slug}; its events, keys and alerts stay`, {
      ...{ kind: "rename project", id: before.id, slug: each.slug },
    });
    sheet.waits = true;
    return { project: before };
  }
  const renamed = each.isNamed ? undefined : renamedByHand(each, there);
  if (renamed !== undefined) {
    // Another one beside it would be without the events, and nothing would watch the first any more.
    sheet.problem(
      `what watches ${each.slug} is of the project ${renamed.slug}: it was renamed there by hand${wayOut({ ...each, slug: renamed.slug }, "or rename it back")}`,
    );
    return undefined;
  }
  const says = `make the project ${each.slug} for team ${agency.team}`;
  sheet.step(says, { kind: "create project", slug: each.slug });
  sheet.waits = true;
  return {};
}

/** The project that was this one, by the monitors that are its own and went along. */
function renamedByHand({ crons }: WantedProject, there: FoundThere): FoundProject | undefined {
  const slugs = crons.map(({ slug }) => slug);
  const moved = there.crons.find(({ slug }) => slugs.includes(slug));
  return moved && there.projects.find(({ slug }) => slug === moved.project);
}

function refusal({ slug, teams }: FoundProject): string {
  const whose = teams.length === 0 ? "no team" : `team ${teams.join(" and ")}`;
  return `the project ${slug} exists and belongs to ${whose}, so it is not taken over`;
}

function takenOver({ slug, teams }: FoundProject): string {
  return `${slug} belongs to ${teams.join(" and ") || "no team"} and is taken over as the stack file says; its events, keys and alerts stay`;
}

function wayOut(
  { project, slug }: WantedProject,
  other = "to leave it alone, write another name there",
): string {
  if (project === undefined) return "; rename it there";
  return `. To take it over as it is, write sentry: { project: ${slug} } at ${project} in Pulumi.prod.yaml; ${other}`;
}
