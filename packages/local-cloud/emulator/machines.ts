/** What somebody made of a machine before a program came to it. */
export interface Past {
  /** Its Ed25519 host key: OpenSSH private key and public line, as files hold them. */
  readonly hostKey?: { readonly private: string; readonly public: string };
  /** The account that people enter it by: may be another than the cloud's, and has sudo then. */
  readonly account: string;
  /** Public keys that may enter that account. */
  readonly authorizedKeys: readonly string[];
}

/** What a cloud needs to bring a machine to life. */
export interface MachineSpec {
  /** Unique on the local cloud: `digitalocean-1003`. */
  readonly id: string;
  readonly name: string;
  /** `client`: no cloud's, the client's own. */
  readonly cloud: "digitalocean" | "scaleway" | "aws" | "client";
  /** IPv4 address it answers on. */
  readonly address: string;
  /** IPv6 address it answers on as well; absent: none. */
  readonly address6?: string;
  /** The cloud's initial account. */
  readonly login: "root" | "ubuntu";
  /** cloud-init user data, as text. */
  readonly userData: string;
  /** The snapshot (its id among the machines') that this machine starts as a copy of. */
  readonly from?: string;
  /** Set for a machine that existed before the program. */
  readonly past?: Past;
}

/** One inbound opening of a cloud firewall. */
export interface Opening {
  readonly protocol: "tcp" | "udp" | "icmp";
  /** First and last port; absent for icmp. */
  readonly ports?: readonly [number, number];
  /** CIDR ranges of sources, of IPv4 and IPv6. */
  readonly sources: readonly string[];
}

/**
 * The machines behind emulated servers. Servers are records with addresses unless an
 * implementation that boots them is plugged in here.
 */
export interface Machines {
  create(spec: MachineSpec): Promise<void>;
  stop(id: string): Promise<void>;
  /** Starts a stopped machine; `address` when the cloud gives it a new one. */
  start(id: string, address?: string): Promise<void>;
  /** A running machine answers on another address from now on (an Elastic IP came or went). */
  address?(id: string, address: string): Promise<void>;
  snapshot(id: string, snapshot: string): Promise<void>;
  /** Forgets a snapshot; an unknown one is no error. */
  deleteSnapshot(snapshot: string): Promise<void>;
  delete(id: string): Promise<void>;
  /** `undefined`: no firewall, everything is open. */
  firewall(id: string, openings: readonly Opening[] | undefined): Promise<void>;
}

/** Machines that exist as records only. */
export const recordedMachines: Machines = {
  create: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  start: () => Promise.resolve(),
  snapshot: () => Promise.resolve(),
  deleteSnapshot: () => Promise.resolve(),
  delete: () => Promise.resolve(),
  firewall: () => Promise.resolve(),
};
