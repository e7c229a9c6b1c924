import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";

import { agency, project } from "../engine/agency";

/** Where a project's archives go, and of what. */
export interface Archived {
  readonly database?: "postgres" | "mongodb";
  /** A client's own bucket; absent: one of the agency's, `archives`, that was there before. */
  readonly client?: { readonly name: string; readonly region: string; readonly account: string };
}

/** Stack files of one project in production, `shop`, whose archives are in a bucket that was there before. */
export function declare(
  directory: string,
  drillKey: string,
  { database = "postgres", client }: Archived = {},
): void {
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
        backup: { database, ...(client === undefined ? {} : { bucket: client }) },
      }),
    },
    backups: {
      ...(client === undefined ? { adopt: [{ name: "archives", region: "us-east-1" }] } : {}),
      drillKeys: [drillKey],
    },
  });
}
