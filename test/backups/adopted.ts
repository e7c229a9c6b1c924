import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";

import { agency, project } from "../engine/agency";

/** Stack files of one project whose archives are in a bucket that was there before. */
export function declareAdopted(
  directory: string,
  drillKey: string,
  database: "postgres" | "mongodb" = "postgres",
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
        backup: { database },
      }),
    },
    backups: {
      adopt: [{ name: "archives", region: "us-east-1" }],
      drillKeys: [drillKey],
    },
  });
}
