import * as path from "node:path";

import { cloudPathsIn, type CloudPaths } from "../packages/local-cloud/cloud/paths";

/** The clone this program runs from. */
export const repository = path.resolve(__dirname, "..");

/** Begins the names of tables and cgroups of Berth's clouds; what it leaves is found by it again. */
export const cloudName = "berth";

/**
 * `.berth/local` in the clone, so that each clone has a cloud of its own, git ignores it, and it
 * goes when the clone goes. `BERTH_LOCAL_DIR` names another place.
 */
export function cloudPaths(env: NodeJS.ProcessEnv = process.env): CloudPaths {
  const directory = env["BERTH_LOCAL_DIR"] || path.join(repository, ".berth", "local");
  return cloudPathsIn(directory, cloudName);
}
