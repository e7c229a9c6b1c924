/**
 * Names and paths of one local cloud's hosts, all derived from its name and its state directory: two
 * clouds on one machine share no interface, table, cgroup or address. Pure.
 */

import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { ipv6Beside } from "../ground/ipv6-beside";

/** What everything that one local cloud leaves on the machine is called. */
export interface Layout {
  /** Whose cloud it is: begins the names of its table and cgroup. */
  readonly name: string;
  /** Six hex digits that name the cloud. */
  readonly cloud: string;
  /** Where its hosts are kept. */
  readonly home: string;
  /** The bridge that holds the gateway's address. */
  readonly bridge: string;
  /** The nftables table (family inet), also the comment of iptables rules. */
  readonly table: string;
  /** The cgroup, below each hierarchy's root. */
  readonly cgroup: string;
  /** The addresses of its hosts: a /20 of the private range 10.64.0.0/10. */
  readonly range: string;
  /** The first address of the range: this machine as the hosts see it. */
  readonly gateway: string;
  /** This machine's own address of IPv6 on the bridge: what it comes from to its hosts'. */
  readonly gateway6: string;
  /** Where visitors of proxied names come in: an address of Cloudflare's, on this machine alone. */
  readonly edge: string;
}

/** The prefix length of a cloud's range. */
export const prefixLength = 20;

/**
 * The layout of the cloud whose state is in `stateDirectory`. What it leaves on the machine is found
 * again under the same name only, so a program keeps its name for good. Refuses a name that is more
 * than lower-case letters and dashes.
 */
export function layoutOf(stateDirectory: string, name: string): Layout {
  if (!/^[a-z][a-z-]{0,30}$/.test(name)) {
    throw new Error(
      `cloud name ${JSON.stringify(name)}: allowed are lower-case letters and dashes`,
    );
  }
  const path = resolve(stateDirectory);
  const digest = createHash("sha256").update(path).digest();
  const cloud = digest.subarray(0, 3).toString("hex");
  // 10.64.0.0/10 holds 1024 ranges of 4094 addresses; Docker's own pools are elsewhere.
  const block = digest.readUInt16BE(3) % 1024;
  const network = `10.${64 + (block >> 4)}.${(block & 15) << 4}`;
  return {
    name,
    cloud,
    home: join(path, "hosts"),
    bridge: `bt${cloud}`,
    table: `${name.replaceAll("-", "_")}_${cloud}`,
    cgroup: `${name}-${cloud}`,
    range: `${network}.0/${prefixLength}`,
    gateway: `${network}.1`,
    gateway6: ipv6Beside(`${network}.1`),
    // 173.245.48.0/20 holds four addresses for each of the 1024 ranges.
    edge: `173.245.${48 + (block >> 6)}.${(block & 63) * 4 + 1}`,
  };
}

/** The n-th host address of a cloud's range, n from 0; the first ten stay free for the machine. */
export function addressAt(layout: Layout, n: number): string {
  const offset = n + 11;
  if (!Number.isInteger(n) || n < 0 || offset > 4094) {
    throw new Error(`the range ${layout.range} has no address number ${n}; allowed: 0 to 4083`);
  }
  return toAddress(toNumber(layout.gateway) - 1 + offset);
}

function toNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}

/** The machine's end of a host's cable; interface names hold 15 characters at most. */
export function linkOf(layout: Layout, hostId: string): string {
  return `bv${layout.cloud}${createHash("sha256").update(hostId).digest("hex").slice(0, 6)}`;
}

/** A host's directory; ids as clouds give them may hold a slash (`fr-par-1/uuid`). */
export function hostDirectory(layout: Layout, hostId: string): string {
  return join(layout.home, "machines", fileNameOf(hostId));
}

/** A snapshot's directory. */
export function snapshotDirectory(layout: Layout, snapshotId: string): string {
  return join(layout.home, "snapshots", fileNameOf(snapshotId));
}

/** An id as a file name. Refuses what no cloud gives as an id. */
export function fileNameOf(id: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}$/.test(id) || id.includes("..")) {
    throw new Error(
      `host or snapshot id ${JSON.stringify(id)}: allowed are up to 100 letters, digits and _ . : / -`,
    );
  }
  return id.replaceAll("/", "+");
}
