import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

import type { Reached } from "../machine/connection";
import { firstArchiveLauncher } from "../machine/launcher";
import { session } from "../machine/session";

/**
 * Awaits the first archive of a project on its machine, once a machine, and has the update say where it is, or why
 * there is none as yet (R29): the machine makes it by itself as soon as something was delivered. A run that fails fails
 * the update, and the next update has it tried again; one that takes longer than 40 minutes goes on by itself.
 */
export function awaitFirstArchive(
  name: string,
  { project, machine }: { readonly project: string; readonly machine: Reached },
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  return new command.remote.Command(
    name,
    session({ create: firstArchiveLauncher(project), on: machine, triggers: [machine.id] }),
    // On the same machine it took place.
    {
      ...opts,
      ignoreChanges: ["create", "connection"],
      customTimeouts: { create: "60m" },
    },
  );
}
