import * as os from "node:os";
import * as path from "node:path";

/** What a computer, and no project, has to say to a local cloud. */
export interface Computer {
  /** Where everything expensive is kept, keyed by version; whatever is missing in it is made anew. */
  readonly cache: string;
  /** A Debian mirror that is nearer than the ones apt knows here. */
  readonly debianMirror?: string | undefined;
}

/**
 * What the environment says, in the package's own words: `LOCAL_CLOUD_CACHE`, else `local-cloud` in
 * the user's cache directory, and `LOCAL_CLOUD_DEBIAN_MIRROR`. For the package's own command;
 * programs that use the package have words of their own and pass them on.
 */
export function thisComputer(env: NodeJS.ProcessEnv = process.env): Computer {
  return {
    cache: cacheOf(env, env["LOCAL_CLOUD_CACHE"], "local-cloud"),
    debianMirror: env["LOCAL_CLOUD_DEBIAN_MIRROR"],
  };
}

/** The directory that was asked for, else one of that name in the user's cache directory. */
export function cacheOf(env: NodeJS.ProcessEnv, asked: string | undefined, name: string): string {
  if (asked) return path.resolve(asked);
  return path.join(env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache"), name);
}
