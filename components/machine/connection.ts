import type * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

import { knownOr } from "./known";

/** A machine that was entered, as later sessions reach it. */
export interface Reached {
  /** What changes when it becomes another machine. */
  readonly id: pulumi.Output<string>;
  /** IPv4 address. */
  readonly address: pulumi.Output<string>;
  /** Account of these sessions. */
  readonly account: string;
  /** Host key that is pinned, as an authorized_keys line. */
  readonly hostKey: pulumi.Output<string>;
}

/**
 * Failures forgiven before a new machine counts as unreachable: nothing on it bans anybody yet. Pauses grow from a tenth of a second to five, so
 * this is about four minutes where dials are refused; each that is not answered takes 15 seconds.
 */
export const bootDials = 55;
/**
 * Failures forgiven anywhere else: none. The provider cannot tell a refused login from a machine that
 * does not answer, and logins that are refused again and again end in a ban (fail2ban's after five).
 */
export const usualDials = 0;

/**
 * Where a session goes. Each part has a value even where the machine or `enter` failed, so that the
 * other machines are done (`knownOr`); `triggers` and `dependsOn` name what it waits for.
 */
export function connectionTo(
  { address, account, hostKey }: Omit<Reached, "id">,
  dialErrorLimit: number,
): command.types.input.remote.ConnectionArgs {
  return {
    host: knownOr(address, "0.0.0.0"),
    user: account,
    hostKey: knownOr(hostKey, "unknown"),
    dialErrorLimit,
  };
}
