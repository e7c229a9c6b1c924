import { restoresMongo } from "./restored-mongo";
import { restoresPostgres } from "./restored-postgres";
import type { ManifestServer } from "./manifest";
import type { Restores } from "./restored-server";

/** How each kind of server is restored. */
export const restores: Readonly<Record<ManifestServer["kind"], Restores>> = {
  postgres: restoresPostgres,
  mongodb: restoresMongo,
};
