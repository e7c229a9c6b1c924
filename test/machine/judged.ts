import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";

/**
 * The lint judges what Compose has read of a project's files. What Compose 2.26 reads of these stands beside
 * them as `facts.json`; a test of booted machines asks it anew.
 */
export const folder = join(__dirname, "compose-files");
export const program = "components/machine/files/site";

interface Service {
  image?: string;
  [key: string]: unknown;
}
interface Model {
  name: string;
  services: Record<string, Service>;
  volumes?: Record<string, object>;
}
/** What is known of a project's files. */
export interface Facts {
  tree: string;
  base: Model;
  full: Model;
  parts: Record<string, { services?: Record<string, object>; [key: string]: unknown }>;
  texts: Record<string, string>;
  [key: string]: unknown;
}
export interface Said {
  readonly problems: readonly {
    readonly kind: string;
    readonly place: string;
    readonly text: string;
  }[];
  readonly web: { readonly service: string; readonly target: number } | null;
}

export const names = readdirSync(folder).sort();
export const factsOf = (name: string) =>
  JSON.parse(readFileSync(join(folder, name, "facts.json"), "utf8")) as Facts;

export function judge(facts: object, env = "prod"): Said & { readonly code: number } {
  const done = spawnSync(
    "python3",
    ["-I", "-B", program, "lint", "-", "--env", env, "--of-facts", "--json"],
    { input: JSON.stringify(facts), encoding: "utf8" },
  );
  expect(done.stderr).toBe("");
  return { ...(JSON.parse(done.stdout) as Said), code: done.status ?? -1 };
}

export const lines = ({ problems }: Said, kind: string) =>
  problems.filter((each) => each.kind === kind).map(({ place, text }) => `${place}: ${text}`);

/** The Django project with a change, and the one thing that is refused about it. */
export const base = () => ({ ...factsOf("django-postgres"), port: 18_016 }) as Facts;
export const volume = (name: string) => ({
  type: "volume",
  source: name,
  target: "/var/lib/postgresql/data",
});
export const port = (published: string, target: number, more: object = {}) => ({
  mode: "ingress",
  protocol: "tcp",
  published,
  target,
  ...more,
});
export const kept = (project: string, name: string, target = "/var/lib/postgresql/data") => ({
  project,
  mounts: [
    { service: "db", kind: "volume", volume: name, target, writable: true, external: false },
  ],
});
