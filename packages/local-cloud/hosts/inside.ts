/** Running a program in a host from the machine's side. */

import { type Finished, type ProcessIdentity, tryRun, waitUntil } from "./process";
import { leaderOf } from "./supervisor";

/**
 * Runs a program as root in the host of a supervisor, past sshd and firewall. Refuses a host that
 * does not come up within five seconds.
 */
export async function runInside(
  supervisor: ProcessIdentity,
  argv: readonly string[],
  input = "",
): Promise<Finished> {
  await waitUntil(() => leaderOf(supervisor) !== undefined, 5_000);
  const leader = leaderOf(supervisor);
  if (!leader) throw new Error("the host is between two boots; try again");
  const into = ["nsenter", "--target", String(leader.pid), "--all", "--root", "--wd", "--"];
  const env = {
    HOME: "/root",
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  };
  return tryRun([...into, ...argv], { input, env });
}
