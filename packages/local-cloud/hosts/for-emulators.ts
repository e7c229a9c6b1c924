/** Booted hosts in the shape that the emulated clouds call their machines by. */

import type { Machines as EmulatedMachines, Opening, Past } from "../emulator/machines";
import { anywhere, type Firewall } from "./firewall";
import type { Machines } from "./machine";
import type { HostSpec } from "./spec";

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
    create: ({ from, past, userData, ...spec }) => {
      const host = {
        ...spec,
        name: hostNameOf(spec.name),
        metadata: { id: spec.id.replace(new RegExp(`^${spec.cloud}-`), "") },
        ...(past ? lived(past, spec.login) : { userData, ...options }),
      };
      return from === undefined ? machines.create(host) : machines.createFromSnapshot(from, host);
    },
    stop: (id) => machines.stop(id),
    start: (id, address) => machines.start(id, address),
    address: (id, address) => machines.setAddress(id, address),
    snapshot: (id, snapshot) => machines.snapshot(id, snapshot),
    deleteSnapshot: (snapshot) => machines.deleteSnapshot(snapshot),
    delete: (id) => machines.delete(id),
    firewall: (id, openings) => machines.guard(id, openings && firewallOf(openings)),
  };
}

/** What a machine that existed before the program is made from. It has Docker: it runs things already. */
function lived({ hostKey, account, authorizedKeys }: Past, login: string): Partial<HostSpec> {
  return {
    authorizedKeys,
    seed: {
      ...(hostKey ? { hostKeys: { ed25519: hostKey } } : {}),
      ...(account === login ? {} : { script: ownAccount(account, authorizedKeys) }),
    },
  };
}

/** A script that gives an account of another name the keys and rights of a cloud's initial one. */
function ownAccount(account: string, authorizedKeys: readonly string[]): string {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(account)) {
    throw new Error(`login ${JSON.stringify(account)} cannot be an account's name`);
  }
  return [
    "set -eu",
    `home=$(getent passwd ${account} | cut -d: -f6)`,
    `[ -n "$home" ] && exit`,
    `useradd --create-home --shell /bin/bash ${account}`,
    `echo '${account} ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/90-${account}`,
    `install -d -m 700 -o ${account} -g ${account} /home/${account}/.ssh`,
    `cat >/home/${account}/.ssh/authorized_keys <<'END'`,
    ...authorizedKeys,
    "END",
    `chown ${account}: /home/${account}/.ssh/authorized_keys`,
    "",
  ].join("\n");
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
