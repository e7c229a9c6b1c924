import * as os from "node:os";
import * as path from "node:path";

/**
 * Where everything expensive is kept, keyed by version: `$BERTH_CACHE`, else `berth` in the user's
 * cache directory. Never inside a clone; whatever is missing in it is made anew.
 */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  if (env["BERTH_CACHE"]) return path.resolve(env["BERTH_CACHE"]);
  return path.join(env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache"), "berth");
}
