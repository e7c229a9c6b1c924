import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import type { Reached } from "../machine/connection";
import { proxyLauncher } from "../machine/launcher";
import { session } from "../machine/session";

/** What the proxy's program is to do for a site, and what it is given. */
export interface ProxySession {
  readonly command: "certificate" | "origin-pulls";
  /** The project's slug on the machine. */
  readonly site: string;
  readonly machine: Reached;
  /** Its standard input. */
  readonly stdin: pulumi.Input<string>;
  /** What has it run anew, beside another machine. */
  readonly triggers?: readonly string[];
}

/** A session with a machine that runs a command of its proxy's program, again whenever its input changes. */
export function proxySession(
  name: string,
  { command: verb, site, machine, stdin, triggers = [] }: ProxySession,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  const create = proxyLauncher(verb, site);
  return new command.remote.Command(
    name,
    session({ create, on: machine, stdin, triggers: [machine.id, ...triggers] }),
    opts,
  );
}
