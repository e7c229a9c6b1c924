/** What a cloud needs to bring a machine to life. */
export interface MachineSpec {
  /** Unique on the local cloud: `digitalocean-1003`. */
  readonly id: string;
  readonly name: string;
  readonly cloud: "digitalocean" | "scaleway" | "aws";
  /** IPv4 address it answers on. */
  readonly address: string;
  /** The cloud's initial account. */
  readonly login: "root" | "ubuntu";
  /** cloud-init user data, as text. */
  readonly userData: string;
  /** The snapshot (its id among the machines') that this machine starts as a copy of. */
  readonly from?: string;
}

/** One inbound opening of a cloud firewall. */
export interface Opening {
  readonly protocol: "tcp" | "udp" | "icmp";
  /** First and last port; absent for icmp. */
  readonly ports?: readonly [number, number];
  /** CIDR ranges of IPv4 sources. */
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
  delete: () => Promise.resolve(),
  firewall: () => Promise.resolve(),
};
