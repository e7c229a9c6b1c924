import { cacheOf, type Computer } from "../packages/local-cloud/ground/computer";

/**
 * What this computer says to Berth: `BERTH_CACHE`, else `berth` in the user's cache directory, never
 * inside a clone, and `BERTH_DEBIAN_MIRROR`.
 */
export function thisComputer(env: NodeJS.ProcessEnv = process.env): Computer {
  return { cache: cacheRoot(env), debianMirror: env["BERTH_DEBIAN_MIRROR"] };
}

/** Where everything expensive is kept, keyed by version. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  return cacheOf(env, env["BERTH_CACHE"], "berth");
}
