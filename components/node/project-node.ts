import * as pulumi from "@pulumi/pulumi";

import { usesAws, withAws } from "../accounts";
import { BackupCredential } from "../backups/credential";
import { OriginCertificate } from "../edge/origin-certificate";
import { madeBy } from "../fleet/node";
import { visitorNames } from "../fleet/names";
import type { Reached } from "../machine/connection";
import { awake } from "./awake";
import { Bootstrap } from "./bootstrap";
import { certificateName, hasCertificate } from "../edge/certificates";
import type { Host } from "../clouds";
import { ProjectSite, type ProjectSiteArgs } from "../site/project-site";
import { valuesFor, type SecretValues } from "../site/secret-values";
import { siteName } from "../site/site-name";
import { createHost, isProtected, isReleased } from "./host";
import { fleetNode, type NodeArgs } from "./node-args";
import { formerNames } from "../placement/former-names";
import type { FleetNode, ResolvedNode, ResolvedProject } from "../placement/resolved";
import type { PresentMachine } from "../present/machines";
import { isBackedUp } from "../placement/backed-up";
import { isDelivered } from "../placement/deliveries";
import { spelledOnce } from "../placement/network";
import { isOpenToAll } from "../placement/openings";
import { renamed } from "./renamed";

/** What a node is made from: a declaration, or a node of a fleet that `parseFleet` made. */
export type ProjectNodeArgs = NodeArgs & {
  /**
   * Its machine as the state has it; absent where it is going to be made. By it a change of size waits
   * for the machine to be on again, and a Droplet's disk grows where more was asked for.
   */
  readonly present?: PresentMachine | undefined;
  /** Projects whose certificate is near its end, with the day that tells the new request from the old. */
  readonly renewals?: ReadonlyMap<string, string>;
  /** Values of the projects' secrets, by slug and name; each that a project declares must be there. */
  readonly secrets?: SecretValues;
  /** Where projects ran before they came to this node, by slug; none for those that ran nowhere. */
  readonly ranBefore?: (
    slug: string,
    machine: pulumi.Output<string>,
  ) => ProjectSiteArgs["ranBefore"];
};

/**
 * A node: one machine and what the projects on it need from outside it. It exists so that a machine
 * and its credentials are seen, targeted and moved as one.
 *
 * Creates the server with its address and firewall at the provider that the rules of placement choose
 * (R1-R5; nothing for a client's machine), brings it to what its team needs over SSH (R13-R21), and makes
 * for every project with a backup one credential that can only write that project's own prefix, and for
 * every one whose names are at Cloudflare a certificate that its proxy serves to the edge (R27). A project with a
 * repository is brought its secrets and delivered once (R43). What is at AWS is made through a provider bound
 * to the agency's account (R33), unless `opts` bring one.
 *
 * Protects the server and its address in production (R74), not itself: children would inherit it, and
 * then none of them could be replaced.
 *
 * Throws a `ConfigError` with every problem of a declaration, before anything is registered.
 *
 * @example
 * const node = new ProjectNode("shop", { projects: [shop], team, agency });
 */
export class ProjectNode extends pulumi.ComponentResource {
  readonly host: Host;
  /** Done when the team can log in; names wait for it. */
  readonly bootstrap: Bootstrap;
  /** Its machine as sessions after the first reach it. */
  readonly reached: Reached;
  /** By the project's slug; none where the machine has no proxy of Berth's. */
  readonly certificates: ReadonlyMap<string, OriginCertificate>;
  /** The projects on it, with what follows for each: names, zone, where its archives go. */
  readonly projects: readonly ResolvedProject[];

  constructor(name: string, args: ProjectNodeArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { fleet, node } = fleetNode(name, args);
    const { present } = args;
    const bound = usesAws(fleet) ? withAws(fleet.agency.awsAccount, opts) : opts;
    const found = pulumi.mergeOptions(bound, renamed(name, node.formerly));
    super("berth:index:ProjectNode", name, facts({ fleet, node }), found);
    this.projects = node.residents;
    this.host = createHost(name, { fleet, node, present }, { parent: this });
    const { host } = this;
    const restarted = isRestarted({ fleet, node }, present);
    const reached = restarted ? { ...host, address: awake(host.id, host.address) } : host;
    this.bootstrap = new Bootstrap(name, { host: reached, fleet, node }, { parent: this });
    const { account, hostKey } = this.bootstrap;
    this.reached = { id: host.id, address: reached.address, account, hostKey };
    this.certificates = new Map(
      node.residents
        .filter((project) => hasCertificate(node, project))
        .map((project) => [project.slug, this.createCertificate(name, project, args, node)]),
    );
    for (const project of node.residents)
      this.createBackupCredential(name, project, { fleet, node }, args.secrets);
    for (const project of node.residents) {
      if (isDelivered(node, project)) this.createSite(name, project, args, node);
    }
    this.registerOutputs({ address: host.address, hostKey: this.bootstrap.hostKey });
  }

  private createCertificate(
    name: string,
    project: ResolvedProject,
    { renewals }: ProjectNodeArgs,
    node: ResolvedNode,
  ): OriginCertificate {
    const { slug } = project;
    return new OriginCertificate(
      certificateName(name, slug),
      {
        project: slug,
        hostnames: visitorNames(project),
        machine: this.reached,
        after: [this.bootstrap],
        renewal: renewals?.get(slug),
        leaving: isReleased(node),
      },
      {
        parent: this,
        ...renamed(
          certificateName(name, slug),
          ...formerNames(certificateName, name, project, node),
        ),
      },
    );
  }

  private createSite(
    name: string,
    project: ResolvedProject,
    { secrets = {}, ranBefore }: ProjectNodeArgs,
    node: ResolvedNode,
  ): void {
    const { slug } = project;
    new ProjectSite(
      siteName(name, slug),
      {
        project: slug,
        machine: this.reached,
        after: [this.bootstrap],
        secrets: valuesFor(project, secrets),
        ranBefore: ranBefore?.(slug, this.host.id),
        leaving: isReleased(node),
      },
      {
        parent: this,
        ...renamed(siteName(name, slug), ...formerNames(siteName, name, project, node)),
      },
    );
  }

  private createBackupCredential(
    name: string,
    project: ResolvedProject,
    { fleet, node }: FleetNode,
    secrets: SecretValues = {},
  ): void {
    if (!project.archives) return;
    const password = project.backup?.rds?.password;
    const { bucket, prefix } = project.archives;
    const { slug } = project;
    new BackupCredential(
      credentialName(name, slug),
      {
        project: slug,
        bucket: bucket.name,
        prefix,
        region: bucket.region,
        stack: madeBy(fleet, node),
        serverPassword: password && valuesFor(project, secrets)?.[password],
        machine: isBackedUp(node, project) ? this.reached : undefined,
        after: [this.bootstrap],
        leaving: isReleased(node),
      },
      {
        parent: this,
        ...renamed(credentialName(name, slug), ...formerNames(credentialName, name, project, node)),
      },
    );
  }
}

/** What the credential of a project's backups on a node is called in the state. */
function credentialName(node: string, slug: string): string {
  return `${node}-${slug}-backup`;
}

/** Whether this update powers the machine off and on: its size changes, which all providers do so. */
function isRestarted({ node }: FleetNode, present: PresentMachine | undefined): boolean {
  if (present === undefined || node.adopt !== undefined) return false;
  const { size } = node.placement;
  return size !== undefined && size.name !== present.size;
}

/** The decision and what led to it, as inputs: shown in a preview's diff and judged by policies. */
function facts({ fleet, node }: FleetNode): pulumi.Inputs {
  const { placement } = node;
  return {
    node: node.name,
    environment: fleet.environment,
    projects: [...node.projects],
    needs: [...node.needs],
    residency: node.residency,
    provider: placement.provider,
    region: placement.region,
    rule: placement.rule,
    reason: placement.reason,
    protected: isProtected({ fleet, node }),
    clientServer: node.server !== undefined,
    adopted: node.adopt !== undefined,
    manage: [...node.manage],
    retired: node.retired !== undefined,
    ...(isReleased(node) ? { released: true } : {}),
    ...doors(node),
  };
}

/** Where the cloud's firewall lets in more than is usual, and only there: policies judge it by this. */
function doors({ server, residents, visitorsFrom, ports = [] }: ResolvedNode): pulumi.Inputs {
  if (server !== undefined) return {};
  return {
    ...(isOpenToAll(residents) ? { web: "anyone" } : {}),
    ...(visitorsFrom === undefined ? {} : { visitorsFrom: spelledOnce(visitorsFrom) }),
    ...(ports.length > 0 ? { ports: ports.map(portText) } : {}),
  };
}

function portText({ port, protocol = "tcp" }: NonNullable<ResolvedNode["ports"]>[number]): string {
  return `${port}/${protocol}`;
}
