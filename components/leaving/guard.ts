import * as pulumi from "@pulumi/pulumi";

import type { Fleet } from "../fleet/fleet";

/** Its name in the state of every production stack. */
export const guardName = "production";

/**
 * Notes every resource that the program makes from now on, for `guardProduction`. Meant to be asked before the first
 * one is made.
 */
export function noteResources(): readonly pulumi.Resource[] {
  const made: pulumi.Resource[] = [];
  pulumi.runtime.registerStackTransformation(({ resource }) => {
    made.push(resource);
    return undefined;
  });
  return made;
}

/**
 * Has `pulumi destroy` of a production stack end before it deletes anything, with `--skip-preview`,
 * `--continue-on-error` and `--exclude-protected` too. Machines, addresses and buckets are protected, but the engine
 * deletes what depends on others first, and would find that out when names, firewalls, keys and the locks of buckets
 * are gone. This resource depends on all of them, stands for nothing, and is protected: so it is the first, and is in
 * the way. Only an update that made all the others makes it.
 */
export function guardProduction(
  { environment, stack }: Pick<Fleet, "environment" | "stack">,
  all: readonly pulumi.Resource[],
): void {
  if (environment !== "prod") return;
  const input = `${stack} is production: pulumi state unprotect lets it be destroyed`;
  new pulumi.Stash(guardName, { input }, { protect: true, dependsOn: [...all] });
}
