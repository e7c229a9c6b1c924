import * as path from "node:path";

/** The clone this program runs from. */
export const repository = path.resolve(__dirname, "..");

/** Where one local cloud keeps everything: its world, the engine's state, its log. */
export interface CloudPaths {
  readonly directory: string;
  /** Written by the local cloud when it serves. */
  readonly card: string;
  readonly log: string;
  /** Who was started last, from which sources. */
  readonly started: string;
  readonly lock: string;
  /** What stands behind its servers, from its first start on. */
  readonly machines: string;
  /** The engine's home: selected stacks, credentials. */
  readonly home: string;
  /** The engine's state backend. */
  readonly state: string;
}

/**
 * `.berth/local` in the clone, so that each clone has a cloud of its own, git ignores it, and it
 * goes when the clone goes. `BERTH_LOCAL_DIR` names another place.
 */
export function cloudPaths(env: NodeJS.ProcessEnv = process.env): CloudPaths {
  const directory = env["BERTH_LOCAL_DIR"]
    ? path.resolve(env["BERTH_LOCAL_DIR"])
    : path.join(repository, ".berth", "local");
  const at = (name: string) => path.join(directory, name);
  return {
    directory,
    card: at("cloud.json"),
    log: at("cloud.log"),
    started: at("started.json"),
    lock: `${directory}.lock`,
    machines: at("machines"),
    home: at("home"),
    state: at("state"),
  };
}
