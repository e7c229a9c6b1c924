import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";

import { agency, project } from "../engine/agency";

/** A server of PostgreSQL that no container of the project `club` is. */
export const rds = {
  ...{ host: "club.rds.example", user: "keeper", password: "DB_PASSWORD" },
  image: "postgres:17",
};

/** Where a project's archives go, and of what. */
export interface Archived {
  /** Declares `club` besides, whose databases are on such a server. */
  readonly withRds?: boolean;
  readonly database?: "postgres" | "mongodb";
  /** A client's own bucket; absent: one of the agency's, `archives`, that was there before. */
  readonly client?: { readonly name: string; readonly region: string; readonly account: string };
}

/** Stack files of one project in production, `shop`, whose archives are in a bucket that was there before. */
export function declare(
  directory: string,
  drillKey: string,
  { database = "postgres", client, withRds = false }: Archived = {},
): void {
  const bucket = client === undefined ? {} : { bucket: client };
  const club = project("club.example", {
    repository: "git@git.example:club.git",
    node: "shop",
    secrets: ["DB_PASSWORD"],
    backup: { database: "postgres", rds, ...bucket },
  });
  const write = (name: string, config: Record<string, unknown>, more = {}) =>
    writeFileSync(
      join(directory, name),
      stringify({
        ...more,
        config: Object.fromEntries(
          Object.entries(config).map(([key, value]) => [`berth:${key}`, value]),
        ),
      }),
    );
  write(
    "Pulumi.yaml",
    { agency: { value: agency.agency }, team: { value: agency.team } },
    { name: "berth", runtime: "nodejs" },
  );
  write("Pulumi.prod.yaml", {
    projects: {
      shop: project("shop.example", {
        repository: "git@git.example:shop.git",
        backup: { database, ...bucket },
      }),
      ...(withRds ? { club } : {}),
    },
    ...(withRds
      ? { secrets: { club: { DB_PASSWORD: { secure: "AAABAOSlYypQrvfDeixyevUs8CCT" } } } }
      : {}),
    backups: {
      ...(client === undefined ? { adopt: [{ name: "archives", region: "us-east-1" }] } : {}),
      drillKeys: [drillKey],
    },
  });
}
