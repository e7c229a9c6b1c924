/** Taking a local cloud's hosts off the machine, whatever state they or their owner are in. */

import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Layout } from "./layout";
import { closeNetwork } from "./network";
import { killAll } from "./supervisor";

/**
 * Removes every host, snapshot, process, mount, cgroup, interface and rule of the cloud whose state
 * is (or was: it may be deleted already) in `stateDirectory`. Safe to run at any time, also twice;
 * it needs no template and no running program. Refuses when a process cannot be ended.
 */
export async function clearHosts(layout: Layout): Promise<void> {
  // Mounts, network namespaces and cables go with the last process that uses them.
  await killAll(layout);
  await closeNetwork(layout);
  for (const folder of ["machines", "snapshots"]) {
    const path = join(layout.home, folder);
    if (!existsSync(path)) continue;
    // The records first: cut here, what is left counts as half-made.
    for (const name of await readdir(path)) {
      await rm(join(path, name, "host.json"), { force: true });
      await rm(join(path, name, "snapshot.json"), { force: true });
    }
  }
  await rm(layout.home, { recursive: true, force: true });
}
