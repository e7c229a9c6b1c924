import { execFile } from "node:child_process";

import { fingerprint } from "./access-facts";

/** Failed keys after which sshd hangs up by default (MaxAuthTries). */
const triesOfSshd = 6;

/**
 * Public keys that the ssh-agent of an environment holds, in the order in which it offers them; empty
 * where none answers within two seconds.
 */
export function heldKeys(env: NodeJS.ProcessEnv): Promise<string[]> {
  if (!env["SSH_AUTH_SOCK"]) return Promise.resolve([]);
  return new Promise((resolve) => {
    execFile("ssh-add", ["-L"], { env, timeout: 2000 }, (error, stdout) =>
      resolve(error ? [] : stdout.split("\n").filter((line) => line.trim() !== "")),
    );
  });
}

/**
 * What to tell a deployer whose agent does not offer a declared key first. The provider offers every
 * key of the agent in the agent's order, each that a machine does not know is a refused login, and
 * sshd hangs up before it has seen a late one. Undefined where there is nothing to tell. Pure.
 */
export function agentAdvice(
  held: readonly string[],
  deployers: readonly string[],
): string | undefined {
  const declared = new Set(deployers.map(fingerprint));
  const before = held.findIndex((line) => declared.has(fingerprint(line)));
  const load = "load a deployer's key alone: ssh-add -D; ssh-add ~/.ssh/<key>";
  if (held.length === 0 || before === 0) return undefined;
  if (before < 0) return `none of the ssh-agent's keys is a declared deployer's; ${load}`;
  const late = before >= triesOfSshd ? ", and sshd hangs up before it sees that one" : "";
  const keys = before === 1 ? "1 key" : `${before} keys`;
  return `the ssh-agent offers ${keys} before a deployer's; each is a refused login${late}; ${load}`;
}
