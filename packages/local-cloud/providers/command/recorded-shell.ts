import { generateKeyPairSync } from "node:crypto";

import { ownerOf } from "../../emulator/addresses";
import type { World } from "../../emulator/world";
import { sshForms } from "../tls/openssh";
import type { Shell, ShellConnection } from "./shell";

const kind = "local/recorded-host-key";

/**
 * The way to machines that are records. A record has no sshd and runs nothing: whatever script it is
 * given, it answers its host key and success, which is all that a program needs to go on planning.
 * The key is made when first asked for and stays the record's. Addresses that no record holds are
 * reached `beyond`.
 */
export function shellOfRecords(world: World, beyond: Shell): Shell {
  return {
    prepare(endpoint, agent) {
      const owner = ownerOf(world, endpoint.host);
      if (owner === undefined) return beyond.prepare(endpoint, agent);
      return Promise.resolve(() => Promise.resolve(answering(hostKeyOf(world, owner))));
    },
  };
}

function answering(hostKey: string): ShellConnection {
  return {
    accepts: () => Promise.resolve(true),
    run: ({ onOutput }) => {
      onOutput("stdout", Buffer.from(`${hostKey}\n`));
      return Promise.resolve({ status: 0 });
    },
    write: () => Promise.resolve(),
    tunnel: () => Promise.reject(new Error("a machine that is a record leads nowhere")),
    close: () => undefined,
  };
}

function hostKeyOf(world: World, owner: string): string {
  const known = world.get(kind, owner);
  if (known) return String(known.data["publicKey"]);
  // Type and key alone, without a comment, as a machine tells its own.
  const publicKey = sshForms(generateKeyPairSync("ed25519").privateKey).publicKey.trim();
  world.put(kind, owner, { publicKey });
  return publicKey;
}
