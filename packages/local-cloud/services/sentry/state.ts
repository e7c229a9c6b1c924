import type { Props } from "../../emulator/values";
import type { World } from "../../emulator/world";
import type { Detector, Monitor, Project, Workflow } from "./shown";

/** An organization, with all that it has. */
export interface Organization {
  organization: string;
  /** What the token may. */
  scopes: string[];
  projects: Project[];
  detectors: Detector[];
  workflows: Workflow[];
  monitors: Monitor[];
  workspaces: { readonly id: string; readonly domainName: string; readonly status: string }[];
  /** Slugs. */
  teams: string[];
  /** The last number that something got. */
  next: number;
}

/** The object that holds all of an organization, by its slug. */
const kind = "sentry/organization";

const kept = [
  ...(["scopes", "projects", "detectors", "workflows", "monitors"] as const),
  ...(["workspaces", "teams", "next"] as const),
];

/** Takes over what a world has of the organization that a path is about; a report says none, and tells it by its key. */
export function recall(sentry: Organization, world: World, path: string): void {
  const [, slug] = /^\/api\/0\/[a-z]+\/([^/]+)/.exec(path) ?? [];
  const key = /\/([0-9a-f]{32})\/$/.exec(path)?.[1];
  const found =
    slug === undefined
      ? world.find(kind, ({ projects }) => JSON.stringify(projects ?? []).includes(`"${key}"`))
      : world.get(kind, slug);
  sentry.organization = found?.id ?? "";
  if (found) Object.assign(sentry, structuredClone(found.data));
}

/** Writes the organization's state into a world. */
export function remember(sentry: Organization, world: World): void {
  if (sentry.organization === "") return;
  const state = Object.fromEntries(kept.map((key) => [key, sentry[key]])) as Props;
  world.put(kind, sentry.organization, structuredClone(state));
}

/** An organization as people set one up: its teams, and the workspaces of Slack that they connected. */
export interface ExistingSentry {
  readonly organization: string;
  readonly teams: readonly string[];
  /** Absent: one that is called as the organization. */
  readonly workspaces?: readonly string[];
}

/** Puts an organization there, with its teams. What it has already stays as it is. */
export function seedSentry(world: World, existing: ExistingSentry): void {
  const { organization, teams, workspaces = [`${organization}.slack.com`] } = existing;
  const before: Props = world.get(kind, organization)?.data ?? {
    ...{ scopes: everything, projects: [], detectors: [], workflows: [], monitors: [] },
    // Apart from those of another organization: a report tells its project by number and key.
    next: world.next("sentry") * 1_000,
    workspaces: workspaces.map((domainName, index) => ({
      ...{ id: String(24_817 + index), domainName, status: "active" },
    })),
  };
  const had = (before["teams"] ?? []) as readonly string[];
  world.put(kind, organization, { ...before, teams: [...new Set([...had, ...teams])] });
}

/** What a token may that was made as its users are told to. */
export const everything: readonly string[] = [
  ...["org:read", "team:read", "project:admin", "alerts:read", "alerts:write"],
];
