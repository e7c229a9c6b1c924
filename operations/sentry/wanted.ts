import { ownerOf } from "../../components/fleet/owner";
import { isEnded } from "../../components/fleet/serving";
import { dsnSecret, sentryProject, type AgencySentry } from "../../components/fleet/sentry";
import type { ResolvedFleet, ResolvedProject } from "../../components/placement/resolved";
import type { Unread } from "../ground/reading";
import { Refusal } from "../ground/usage";
import { markOf, type OwnMark } from "./sheet";

/** What runs again and again, and whose silence is an alarm. */
export const watchedKinds = ["backup", "drill", "nightly"] as const;
export type WatchedKind = (typeof watchedKinds)[number];

/** Something that reports each day; a day without a report is an alarm. */
export interface WantedCron {
  readonly kind: WatchedKind;
  /** Its slug, one in the whole organisation. */
  readonly slug: string;
  /** The slug that it has until now, where its project was renamed. */
  readonly formerly?: string;
}

/** A stack whose file holds where the project's errors go, encrypted. */
export interface DsnPlace {
  readonly stack: string;
  readonly isSet: boolean;
}

/** A project on the service, as the stack files want it. */
export interface WantedProject {
  /** `prod/kmc`, or the fleet's own. */
  readonly name: string;
  /** The project in the stack files; absent for the fleet's own. */
  readonly project?: string;
  readonly slug: string;
  /** Whether the stack file names it, so that one of another team may be taken over. */
  readonly isNamed: boolean;
  /** The slug that it has until now, where the project was renamed. */
  readonly formerly?: string;
  /** Addresses that visitors ask for, each watched from outside. */
  readonly pages: readonly string[];
  readonly crons: readonly WantedCron[];
  readonly dsnPlaces: readonly DsnPlace[];
  /** What is not done, and why. */
  readonly notes: readonly string[];
}

/** All that the stack files want of the service. */
export interface Wanted {
  readonly agency: AgencySentry;
  /** By which everything that Berth makes there is known: whatever has it not is other people's. */
  readonly mark: OwnMark;
  readonly projects: readonly WantedProject[];
}

/**
 * What production wants of the agency's Sentry (R52), sorted by name. Pure. Throws a `Refusal` where the agency declares
 * none, or a stack is left out, since what watches its projects would pass for what nobody wants any more.
 */
export function wantedOf(
  engineProject: string,
  fleets: readonly ResolvedFleet[],
  unread: readonly Unread[],
): Wanted {
  if (unread.length > 0) {
    const left = unread.map(({ stack, why }) => `${stack} (${why})`).join(", ");
    throw new Refusal(`what all stacks want is told together, and ${left} could not be read`);
  }
  const production = fleets.filter(({ environment }) => environment === "prod");
  const owner = production.find(({ role }) => role === "environment");
  const agency = owner?.agency.sentry;
  if (owner === undefined || agency === undefined) {
    throw new Refusal(
      "agency.sentry in Pulumi.yaml is not declared; declare organization, team and channel there",
    );
  }
  const projects = owner.projects
    .filter((project) => !isEnded(project))
    .map((project) => wantedProject(project, production));
  const own: WantedProject = {
    name: `the fleet's own`,
    slug: `${engineProject}-fleet`,
    isNamed: false,
    ...{ pages: [], dsnPlaces: [], notes: [] },
    crons: [{ kind: "nightly", slug: `${engineProject}-nightly` }],
  };
  return {
    agency,
    mark: markOf(ownerOf(owner.agency, engineProject)),
    projects: [...projects, ...(projects.length > 0 ? [own] : [])].sort((a, b) =>
      a.name < b.name ? -1 : 1,
    ),
  };
}

function wantedProject(
  project: ResolvedProject,
  production: readonly ResolvedFleet[],
): WantedProject {
  const { slug, formerly, sentry, backup, repository, visitors } = project;
  const isNamed = sentry !== undefined;
  const crons: WantedCron[] =
    backup === undefined
      ? []
      : (["backup", "drill"] as const).map((kind) => ({
          ...{ kind, slug: `${slug}-${kind}` },
          ...(formerly === undefined ? {} : { formerly: `${formerly}-${kind}` }),
        }));
  return {
    name: `prod/${slug}`,
    project: slug,
    slug: sentry?.project ?? sentryProject(slug),
    isNamed,
    ...(formerly === undefined || isNamed ? {} : { formerly: sentryProject(formerly) }),
    // Whoever asks from outside without a password would find it down for ever.
    pages: visitors === undefined ? pagesOf(project) : [],
    crons,
    dsnPlaces: repository === undefined ? [] : dsnPlacesOf(slug, production),
    notes: [
      ...(visitors === undefined ? [] : ["its site lets in some alone, so nobody watches it"]),
      ...(repository === undefined ? ["it is not delivered, so nobody brings it its DSN"] : []),
    ],
  };
}

/** A page of each domain that serves the site. */
function pagesOf({ domain, health, furtherNames }: ResolvedProject): string[] {
  const domains = [
    domain,
    ...furtherNames.flatMap((each) => (each.role === "redirect" ? [] : [each.name])),
  ];
  return [...new Set(domains)].map((each) => `https://${each}${health?.path ?? "/"}`);
}

function dsnPlacesOf(slug: string, production: readonly ResolvedFleet[]): DsnPlace[] {
  return production.flatMap(({ stack, projects }): DsnPlace[] => {
    const project = projects.find((each) => each.slug === slug);
    if (project === undefined) return [];
    return [{ stack, isSet: project.secrets?.includes(dsnSecret) === true }];
  });
}
