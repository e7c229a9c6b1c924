/** What a host of the local cloud is made from, and how it is reported. */

import { isIP } from "node:net";
import type { Firewall } from "./firewall";

/** Whose machine a host plays; a client's machine has no metadata service. */
export const hostClouds = ["digitalocean", "scaleway", "aws", "client"] as const;
export type HostCloud = (typeof hostClouds)[number];

/** The account a cloud gives first (R13). */
export const initialLogins = ["root", "ubuntu"] as const;
export type InitialLogin = (typeof initialLogins)[number];

/** What the cloud's metadata service tells about a host beside what the host was made from. */
export interface PublicMetadata {
  /** The cloud's own id where the host's is another, e.g. `1003` of `digitalocean-1003`. */
  readonly id?: string;
  /** DigitalOcean and AWS region, e.g. `tor1`, `us-east-1`. */
  readonly region?: string;
  /** Scaleway zone or AWS availability zone, e.g. `fr-par-1`, `us-east-1a`. */
  readonly zone?: string;
  /** Droplet size, commercial type or instance type. */
  readonly size?: string;
  /** Image slug, image id or AMI id. */
  readonly image?: string;
  readonly tags?: readonly string[];
  /** AWS account or Scaleway organization. */
  readonly account?: string;
}

/** A machine that existed before the program: what someone made of it by hand. */
export interface Seed {
  /** OpenSSH private and public key, as files hold them, by type. */
  readonly hostKeys?: Readonly<
    Partial<
      Record<"ecdsa" | "ed25519" | "rsa", { readonly private: string; readonly public: string }>
    >
  >;
  /** Run once by root at the end of the first boot, with Docker up; output in the console log. */
  readonly script?: string;
}

/** A host to create. */
export interface HostSpec {
  /** The cloud's id: droplet number, `zone/uuid`, `i-…`. */
  readonly id: string;
  /** The host name. */
  readonly name: string;
  /**
   * IPv4 address: one of the local cloud's range (`Machines.addressAt`), or for a seeded machine
   * the one that a stack file names. Refused when something on this machine has it.
   */
  readonly address: string;
  /**
   * IPv6 address, where it has a public one: it is reached there by this machine alone, which forwards no
   * IPv6 (switching that on would cost it the routes that its own network announces).
   */
  readonly address6?: string;
  readonly cloud: HostCloud;
  readonly login: InitialLogin;
  /** As the program gave it: cloud-init in the host reads it, and the metadata service tells it. */
  readonly userData?: string;
  /** Keys that the cloud itself puts into the initial account (a droplet's `sshKeys`). */
  readonly authorizedKeys?: readonly string[];
  readonly metadata?: PublicMetadata;
  /** Whether Docker is there before anyone installs it; false is what a cloud's image is. */
  readonly docker?: boolean;
  readonly firewall?: Firewall;
  readonly seed?: Seed;
}

/**
 * - `running`: switched on (its sshd may still be starting),
 * - `off`: shut down, from outside or from within,
 * - `lost`: was on, but its processes were ended from outside (the machine restarted, a kill -9).
 */
export type HostStatus = "running" | "off" | "lost";

/** A host as it is now. */
export interface HostReport {
  readonly spec: HostSpec;
  readonly status: HostStatus;
  /** The processes' common ancestor on this machine; killing it is pulling the plug. */
  readonly pid?: number;
  /** Everything the host says on its console, over all its boots. */
  readonly console: string;
}

/** Everything wrong with a spec, each with its place and what is allowed; empty when nothing. */
export function specProblems(spec: HostSpec): string[] {
  const found: string[] = [];
  if (!/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/i.test(spec.name)) {
    found.push(`name ${JSON.stringify(spec.name)}: allowed are letters, digits, dots and dashes`);
  }
  if (isIP(spec.address) !== 4) {
    found.push(`address ${JSON.stringify(spec.address)}: must be an IPv4 address like 10.64.0.11`);
  }
  if (spec.address6 !== undefined && isIP(spec.address6) !== 6) {
    found.push(
      `address6 ${JSON.stringify(spec.address6)}: must be an IPv6 address like 2001:db8::b`,
    );
  }
  if (spec.cloud === "client" && spec.userData) {
    found.push("userData: a client's machine has none; use seed.script");
  }
  if (Buffer.byteLength(spec.userData ?? "") > 64 * 1024) {
    found.push("userData: longer than the 64 KiB that DigitalOcean takes");
  }
  return found;
}
