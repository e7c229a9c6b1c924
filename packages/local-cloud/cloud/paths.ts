import * as path from "node:path";

/** Where one local cloud keeps everything: its world, the engine's state, its log. */
export interface CloudPaths {
  /** Begins the names of what the cloud leaves on the computer; see `layoutOf`. */
  readonly name: string;
  readonly directory: string;
  /** Written by the local cloud when it serves. */
  readonly card: string;
  readonly log: string;
  /** Who was started last, from which sources. */
  readonly started: string;
  readonly lock: string;
  /** What stands behind its servers, from its first start on. */
  readonly machines: string;
  /** The private keys that its ssh-agent holds; see `agentKeys`. */
  readonly agentKeys: string;
  /** The edge's configuration and certificates. */
  readonly edge: string;
  /** Objects, keys and policies of its account at AWS. */
  readonly objects: string;
  /** Repositories that its machines clone, as `host/owner/name.git`. */
  readonly repositories: string;
  /** The engine's home: selected stacks, credentials. */
  readonly home: string;
  /** The engine's state backend. */
  readonly state: string;
}

/** The paths of the cloud that is kept in a directory of its own, under the name of its program. */
export function cloudPathsIn(own: string, name: string): CloudPaths {
  const directory = path.resolve(own);
  const at = (name: string) => path.join(directory, name);
  return {
    name,
    directory,
    card: at("cloud.json"),
    log: at("cloud.log"),
    started: at("started.json"),
    lock: `${directory}.lock`,
    machines: at("machines"),
    agentKeys: at("agent-keys.json"),
    edge: at("edge"),
    objects: at("objects"),
    repositories: at("repositories"),
    home: at("home"),
    state: at("state"),
  };
}
