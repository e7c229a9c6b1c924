import { generateKeyPairSync } from "node:crypto";

import { ownerOf } from "../../emulator/addresses";
import type { World } from "../../emulator/world";
import { sshForms } from "../tls/openssh";
import type { Shell, ShellConnection } from "./shell";

const kind = "local/recorded-host-key";
/** What a record says to commands that hold a text, by that text: put there by whoever needs another answer. */
const answers = "local/recorded-answer";

/**
 * The way to machines that are records. A record has no sshd and runs nothing: whatever script it is
 * given, it answers its host key and success, which is all that a program needs to go on planning; an object
 * `local/recorded-answer` of its id holds what it says instead, by a text in the command.
 * The key is made when first asked for and stays the record's. Addresses that no record holds are
 * reached `beyond`.
 */
export function shellOfRecords(world: World, beyond: Shell): Shell {
  return {
    prepare(endpoint, agent) {
      const owner = ownerOf(world, endpoint.host);
      if (owner === undefined) return beyond.prepare(endpoint, agent);
      return Promise.resolve(() => Promise.resolve(answering(world, owner)));
    },
  };
}

function answering(world: World, owner: string): ShellConnection {
  return {
    accepts: () => Promise.resolve(true),
    run: ({ command, onOutput }) => {
      const known = Object.entries(world.get(answers, owner)?.data ?? {});
      const said = known.find(([part]) => command.includes(part))?.[1] ?? hostKeyOf(world, owner);
      onOutput("stdout", Buffer.from(`${String(said)}\n`));
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
