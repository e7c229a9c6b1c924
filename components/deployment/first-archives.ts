import type * as pulumi from "@pulumi/pulumi";

import { awaitFirstArchive } from "../backups/first-archive";
import { firstArchiveName } from "../backups/first-archive-name";
import { isReleased } from "../node/host";
import type { ProjectNode } from "../node/project-node";
import { renamed } from "../node/renamed";
import { isBackedUp } from "../placement/backed-up";
import { formerNames } from "../placement/former-names";
import type { ResolvedFleet } from "../placement/resolved";

/**
 * Whether archives are kept anywhere: not in a rehearsal without a server for them, whose local cloud says so by
 * `BERTH_REHEARSAL_NO_ARCHIVES`; an update that awaited a first one would fail by it.
 */
export function keepsArchives(variables: NodeJS.ProcessEnv): boolean {
  return !variables["BERTH_REHEARSAL_NO_ARCHIVES"];
}

/**
 * Awaits the first archive of each project that a machine of this stack backs up. Comes behind its machine, and behind
 * the first run of its job, which may deliver another version: an archive that fails keeps no machine and no name from
 * being there.
 */
export function awaitFirstArchives(
  fleet: ResolvedFleet,
  nodes: ReadonlyMap<string, ProjectNode>,
  jobs: ReadonlyMap<string, pulumi.Resource>,
): readonly pulumi.Resource[] {
  return fleet.nodes.flatMap((node) => {
    const machine = nodes.get(node.name);
    if (machine === undefined || isReleased(node)) return [];
    return node.residents
      .filter((each) => isBackedUp(node, each))
      .map((project) => {
        const { slug } = project;
        const name = firstArchiveName(node.name, slug);
        const opts = renamed(name, ...formerNames(firstArchiveName, node.name, project, node));
        const dependsOn = [machine, ...(jobs.has(slug) ? [jobs.get(slug)!] : [])];
        const about = { project: slug, machine: machine.reached };
        return awaitFirstArchive(name, about, { ...opts, dependsOn });
      });
  });
}
