import type { Problem } from "../../fleet/problem";
import { sentryProject } from "../../fleet/sentry";
import { received } from "../../fleet/show";
import { at, isBroken, type Draft, type ProjectDraft } from "../draft";

/** A project of production reports to a project on the agency's Sentry that is its own (R52). */
export function checkSentry(draft: Draft): readonly Problem[] {
  // A host stack takes what its environment declares, which is told there.
  const { own, role, environment, projects } = draft;
  if (role === "host" || environment === undefined) return [];
  const seen = new Map<string, ProjectDraft>();
  return projects.flatMap((project): Problem[] => {
    const { slug, facts } = project;
    const said = facts.sentry;
    const path = project.at("sentry");
    if (said !== undefined && environment !== "prod") {
      const message = "is said of stage, and production alone has a project on Sentry";
      return [{ path, message, fix: "move the line to the project in Pulumi.prod.yaml" }];
    }
    const isDeclared = own.config.agency?.sentry !== undefined;
    if (said !== undefined && !isDeclared && !isBroken(draft, at(own, "agency", "sentry"))) {
      return [
        {
          path,
          message: "names a project on Sentry, and the agency declares none",
          fix: "declare organization, team and channel below agency.sentry in Pulumi.yaml, or remove the line",
        },
      ];
    }
    const name = said?.project ?? sentryProject(slug);
    const other = seen.get(name);
    seen.set(name, project);
    if (other === undefined || !isDeclared || environment !== "prod") return [];
    return [
      {
        path: project.at("sentry", "project"),
        message: `is the project on Sentry that ${other.slug} reports to`,
        ...received(name),
        fix: "name another one: nobody could tell their errors apart",
      },
    ];
  });
}

/** Whether a project's errors go to the agency's Sentry, so that `berth sentry` gives it their address. */
export function tracksErrors({ own, environment }: Draft, { facts }: ProjectDraft): boolean {
  const isDeclared = own.config.agency?.sentry !== undefined;
  return isDeclared && environment === "prod" && facts.repository !== undefined;
}
