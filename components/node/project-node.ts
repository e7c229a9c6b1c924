import * as pulumi from "@pulumi/pulumi";

import { BackupCredential } from "../backups/credential";
import { awake } from "./awake";
import { Bootstrap } from "./bootstrap";
import type { MachineDeclaration } from "../machine/script";
import type { Host } from "../clouds";
import { createHost } from "./host";
import type { Placement } from "../placement/placement";
import type { ResolvedProject } from "../placement/resolved";
import type { PresentMachine } from "../present/machines";
import { renamed } from "./renamed";
import type { Environment, NodeSpec } from "../fleet/fleet";

/** What a node is made from. */
export interface ProjectNodeArgs {
  readonly node: NodeSpec;
  readonly placement: Placement;
  /** Its machine as the state has it; undefined where it is going to be made. */
  readonly present: PresentMachine | undefined;
  /** What its machine shall be like. */
  readonly machine: MachineDeclaration;
  /** The projects that live on it. */
  readonly projects: readonly ResolvedProject[];
  /** Public keys that may enter as the initial account. */
  readonly deployerKeys: readonly string[];
  readonly labels: { readonly stack: string; readonly environment: Environment };
  /** Production machines are protected until all that lets them go was checked. */
  readonly protect: boolean;
}

/**
 * A node: one machine and what the projects on it need from outside it. It exists so that a machine
 * and its credentials are seen, targeted and moved as one.
 *
 * Creates the server with its address and firewall at the provider the placement chose (nothing for
 * a client's machine), brings it to what its team needs over SSH, and makes for every project with a backup one credential that can only write that
 * project's own prefix.
 *
 * Protects the server and its address, not itself: children would inherit it, and then none of
 * them could be replaced.
 *
 * @example
 * new ProjectNode("kmc", { node, placement: place(node), projects, deployerKeys, labels, machine, protect: true });
 */
export class ProjectNode extends pulumi.ComponentResource {
  readonly host: Host;
  /** Done when the team can log in; names wait for it. */
  readonly bootstrap: Bootstrap;

  constructor(name: string, args: ProjectNodeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("berth:index:ProjectNode", name, facts(args), opts);
    this.host = createHost(name, args, { parent: this });
    const { host } = this;
    const leaving = args.node.retired?.remove === true;
    const reached = isRestarted(args) ? { ...host, address: awake(host.id, host.address) } : host;
    const bootstrap = { host: reached, machine: args.machine, leaving };
    this.bootstrap = new Bootstrap(name, bootstrap, { parent: this });
    for (const project of args.projects) this.createBackupCredential(name, project, args);
    this.registerOutputs({ address: host.address, hostKey: this.bootstrap.hostKey });
  }

  private createBackupCredential(
    name: string,
    project: ResolvedProject,
    args: ProjectNodeArgs,
  ): void {
    if (!project.archives) return;
    const { bucket, prefix } = project.archives;
    const nameOf = (node: string, slug: string) => `${node}-${slug}-backup`;
    const { slug, formerly = slug } = project;
    const formerNode = args.node.formerly ?? name;
    new BackupCredential(
      nameOf(name, slug),
      {
        project: slug,
        bucket: bucket.name,
        prefix,
        region: bucket.region,
        stack: args.labels.stack,
      },
      {
        parent: this,
        ...renamed(nameOf(name, slug), nameOf(name, formerly), nameOf(formerNode, formerly)),
      },
    );
  }
}

/** Whether this update powers the machine off and on: its size changes, which all providers do so. */
function isRestarted({ node, placement, present }: ProjectNodeArgs): boolean {
  if (present === undefined || node.adopt !== undefined) return false;
  return placement.size !== undefined && placement.size.name !== present.size;
}

/** The decision and what led to it, as inputs: shown in a preview's diff and judged by policies. */
function facts({ node, placement, labels, protect }: ProjectNodeArgs): pulumi.Inputs {
  return {
    node: node.name,
    environment: labels.environment,
    projects: [...node.projects],
    needs: [...node.needs],
    residency: node.residency,
    provider: placement.provider,
    region: placement.region,
    rule: placement.rule,
    reason: placement.reason,
    protected: protect,
    clientServer: node.server !== undefined,
    adopted: node.adopt !== undefined,
    manage: [...node.manage],
    retired: node.retired !== undefined,
    ...(node.retired?.remove === true ? { released: true } : {}),
  };
}
