import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

import type { Place } from "./archive-places";
import { drillPolicy, readPolicy } from "./read-policy";

/** What people of a group do with archives, and the policy that lets them. */
const policies = { readers: readPolicy, drills: drillPolicy } as const;

/** `readers` list and fetch archives (R32); `drills` prove that they restore, and prune (R34). */
export type ArchiveRole = keyof typeof policies;

/** Who may do what, and where. */
export interface ArchiveGroupArgs {
  readonly role: ArchiveRole;
  readonly places: readonly Place[];
}

/**
 * The IAM group of people who read an environment's archives, or who drill them: the place where a manager puts a
 * person (R42). It makes no user, no key and no membership, and leaves those that there are alone; AWS refuses to
 * delete it while somebody is in it.
 *
 * Stage and production may share an account, so its name is the engine's own: that of the component, which names
 * the environment, and seven digits.
 */
export class ArchiveGroup extends pulumi.ComponentResource {
  readonly groupName: pulumi.Output<string>;

  constructor(name: string, args: ArchiveGroupArgs, opts?: pulumi.ComponentResourceOptions) {
    const { role, places } = args;
    super("berth:backups:ArchiveGroup", name, { role, places }, opts);
    const group = new iam.Group(`${name}-group`, { path: "/berth/" }, { parent: this });
    new iam.GroupPolicy(
      `${name}-policy`,
      { group: group.name, policy: policies[role](places) },
      { parent: this },
    );
    this.groupName = group.name;
    this.registerOutputs({ groupName: this.groupName });
  }
}
