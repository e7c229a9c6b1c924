import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";

import { repository } from "../../rehearsal/paths";

/** A team as stack files declare it. */
export interface DeclaredTeam {
  readonly members: Record<string, { keys: string[] }>;
  readonly groups: Record<string, string[]>;
}

interface Declared {
  readonly team: DeclaredTeam;
  readonly projects: Record<string, Record<string, unknown>>;
  readonly nodes: Record<string, { readonly server: object }>;
}

/**
 * The stage stack as it is committed, with the client's machine of production beside it: at an
 * address of its own, and all of it Berth's to manage. Whoever has an account anywhere has one there.
 */
export function rehearsedFleet() {
  const shared = declared("Pulumi.yaml");
  const stage = declared("Pulumi.stage.yaml");
  const { projects, nodes } = declared("Pulumi.prod.yaml");
  const { domain, dns } = projects["clinic"]!;
  const { server } = nodes["clinic"]!;
  return {
    shared,
    stage: {
      projects: {
        ...withoutSites(stage.projects),
        clinic: { domain, dns, access: ["everyone"] },
      } as Declared["projects"],
      nodes: {
        clinic: {
          server: { ...server, address: "203.0.113.10" },
          manage: ["people", "deploy"],
        },
      },
    },
  };
}

/** The projects without what is delivered to their machines: these are compared as Berth makes them (R10). */
function withoutSites(projects: Declared["projects"]): Declared["projects"] {
  const delivered = ["repository", "branch", "health", "secrets", "jobs", "files"];
  return Object.fromEntries(
    Object.entries(projects).map(([slug, project]) => [
      slug,
      Object.fromEntries(Object.entries(project).filter(([key]) => !delivered.includes(key))),
    ]),
  );
}

/** What a committed stack file declares, without the prefix of its keys. */
function declared(file: string): Declared {
  const { config } = parse(fs.readFileSync(path.join(repository, file), "utf8")) as {
    config: Record<string, unknown>;
  };
  const values = Object.entries(config).map(([key, value]) => [
    key.replace("berth:", ""),
    file === "Pulumi.yaml" ? (value as { value: unknown }).value : value,
  ]);
  return Object.fromEntries(values) as unknown as Declared;
}
