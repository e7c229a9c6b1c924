/** Booted hosts in the shape that the emulated clouds call their machines by. */

import type { Machines as EmulatedMachines, Opening } from "../emulator/machines";
import { anywhere, type Firewall } from "./firewall";
import type { Machines } from "./machine";

/** What holds for every machine of the emulated clouds. */
export interface EmulatedOptions {
  /** Whether images bring Docker; real clouds' do not, and installing it takes a download. */
  readonly docker?: boolean;
}

/**
 * The emulators' machines, booted. Their ids name the cloud (`digitalocean-1003`); the metadata
 * service tells the cloud's own id. Names that no host may have (an AWS name tag is free text)
 * become host names as a cloud makes them.
 */
export function forEmulators(machines: Machines, options: EmulatedOptions = {}): EmulatedMachines {
  return {
    create: ({ from, ...spec }) => {
      const host = {
        ...spec,
        name: hostNameOf(spec.name),
        metadata: { id: spec.id.replace(new RegExp(`^${spec.cloud}-`), "") },
        ...options,
      };
      return from === undefined ? machines.create(host) : machines.createFromSnapshot(from, host);
    },
    stop: (id) => machines.stop(id),
    start: (id, address) => machines.start(id, address),
    address: (id, address) => machines.setAddress(id, address),
    snapshot: (id, snapshot) => machines.snapshot(id, snapshot),
    delete: (id) => machines.delete(id),
    firewall: (id, openings) => machines.guard(id, openings && firewallOf(openings)),
  };
}

/** A free name as a host name: 63 characters of letters, digits, dots and dashes. */
export function hostNameOf(name: string): string {
  const cleaned = name
    .replace(/[^A-Za-z0-9.-]+/g, "-")
    .slice(0, 63)
    .replace(/^[.-]+|[.-]+$/g, "");
  return cleaned === "" ? "host" : cleaned;
}

function firewallOf(openings: readonly Opening[]): Firewall {
  const inbound = openings.map(({ protocol, ports, sources }) => ({
    protocol,
    networks: sources,
    ...(ports ? { ports: { from: ports[0], to: ports[1] } } : {}),
  }));
  return { inbound, outbound: anywhere };
}
