/** The interface through which emulated clouds bring their machines to life. */

import type { Firewall } from "./firewall";
import type { Finished } from "./process";
import type { HostReport, HostSpec } from "./spec";

/** How far a boot has come. `ssh`: sshd answers. `booted`: cloud-init and every unit are done. */
export type Milestone = "ssh" | "booted";

/**
 * The hosts of one local cloud. One process at a time may hold it; hosts outlive that process.
 * Calls for one host wait for each other. An unknown id is refused in every call but `delete`.
 */
export interface Machines {
  /** The n-th address that this cloud may give to a host, n from 0 to 4083. */
  addressAt(n: number): string;

  /**
   * Makes a host and switches it on: answers when its system starts, as a cloud says "active",
   * about two seconds before `ready`. Refuses a spec with mistakes (all of them at once), an id
   * that exists and an address in use.
   */
  create(spec: HostSpec): Promise<void>;

  /**
   * Like `create`, from a copy of another's disk: accounts, files, containers and machine id are
   * the original's. cloud-init sees a new instance and does its first-boot work again, so host
   * keys stay the original's only where user data says `ssh_deletekeys: false`, as on a cloud.
   */
  createFromSnapshot(snapshotId: string, spec: HostSpec): Promise<void>;

  /** Waits; refuses when the milestone is not reached in time, with the console's last lines. */
  ready(id: string, milestone?: Milestone, timeoutMs?: number): Promise<void>;

  /** Shuts a host down as its power button does; after 20 s, or with `force`, pulls the plug. */
  stop(id: string, options?: { readonly force?: boolean }): Promise<void>;

  /** Switches a host on; does nothing when it runs. `address`: the cloud gives it a new one. */
  start(id: string, address?: string): Promise<void>;

  /** Restarts the system; answers when it starts again. */
  reboot(id: string): Promise<void>;

  /** Exchanges a host's address; at once where it runs (an elastic address is attached). */
  setAddress(id: string, address: string): Promise<void>;

  /** Copies a host's disk, running or not. */
  snapshot(id: string, snapshotId: string): Promise<void>;
  deleteSnapshot(snapshotId: string): Promise<void>;

  /** Removes a host and everything of it; an unknown id is no error. */
  delete(id: string): Promise<void>;

  /**
   * Enforces a cloud's firewall on a host's traffic, from the machine's side; undefined: all open.
   * Connections that exist go on, as they do on the clouds.
   */
  guard(id: string, firewall: Firewall | undefined): Promise<void>;

  /**
   * Runs a program in a host as root, past sshd and firewall: for tests and for tampering. Its
   * status is in the answer; refuses only a host that does not run.
   */
  exec(id: string, argv: readonly string[], input?: string): Promise<Finished>;

  list(): Promise<HostReport[]>;

  /** Switches hosts that were lost on again (the machine was restarted). */
  restartLost(): Promise<void>;

  /** Stops serving metadata; hosts run on. */
  close(): Promise<void>;
}
