import * as pulumi from "@pulumi/pulumi";

import { ownerOf } from "../fleet/owner";
import { isEnded } from "../fleet/serving";
import { integrate } from "../integrations/local";
import type { ResolvedFleet, ResolvedProject } from "../placement/resolved";

/**
 * Has the agency's Sentry hold what production's projects shall have there (R52), where the agency declares one: all of
 * them by one command, since what is Berth's there and wanted no more is told by what all want. Comes behind all else:
 * what watches a site from outside must find one. What nobody declares any more is watched no more, and its
 * project stays there with its events.
 */
export function watchErrors(
  { agency, environment, role, stack, projects }: ResolvedFleet,
  after: readonly pulumi.Resource[],
): void {
  const { sentry } = agency;
  if (sentry === undefined || environment !== "prod" || role !== "environment") return;
  const owner = ownerOf(agency, pulumi.getProject());
  const wanted = projects.filter((each) => !isEnded(each)).map(watched);
  const about = { stack, owner, sentry, projects: wanted };
  integrate(`${stack}-sentry`, "sentry", about, { dependsOn: [...after] });
}

/** What of a project its watch follows from. */
function watched(project: ResolvedProject): object {
  const { slug, formerly, sentry, domain, furtherNames, health, visitors } = project;
  return {
    ...{ slug, domain, names: furtherNames },
    ...(formerly === undefined ? {} : { formerly }),
    ...(sentry === undefined ? {} : { sentry }),
    ...(health === undefined ? {} : { health }),
    isOpen: visitors === undefined,
    isBackedUp: project.backup !== undefined,
  };
}
