import type * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

import { connectionTo, usualDials, type Reached } from "./connection";

/** A session with a machine that was entered: what it runs there, and what has it run anew. */
export interface Session {
  /** A launcher's line. */
  readonly create: string;
  readonly on: Omit<Reached, "id">;
  /** Its standard input. */
  readonly stdin?: pulumi.Input<string>;
  readonly triggers: readonly pulumi.Input<string>[];
}

/**
 * The inputs of such a session: no variables of the provider's own, which sshd refuses, and what it says is
 * logged, since it says no secret.
 */
export function session({ create, on, stdin, triggers }: Session): command.remote.CommandArgs {
  return {
    create,
    addPreviousOutputInEnv: false,
    connection: connectionTo(on, usualDials),
    ...(stdin === undefined ? {} : { stdin }),
    triggers: [...triggers],
    logging: "stdout",
  };
}
