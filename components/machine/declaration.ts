import { madeBy } from "../fleet/node";
import type { Fleet } from "../fleet/fleet";
import type { ResolvedNode } from "../placement/resolved";
import { letsEncrypt } from "../fleet/acme";
import { backedUpOf, isBackedUp } from "../placement/backed-up";
import { deliveryOf, isDelivered } from "../placement/deliveries";
import { siteOf } from "../placement/sites";
import type { MachineDeclaration } from "./script";

/**
 * What a node's machine shall be like, as its stack's fleet declares it. A deployment and a converge
 * on demand both ask here, so that they run the identical script. `project` is the engine's project.
 */
export function machineOf(project: string, fleet: Fleet, node: ResolvedNode): MachineDeclaration {
  const names = new Set(node.residents.flatMap(({ access }) => access));
  const { dotfiles } = fleet.team;
  const madeByBerth = node.server === undefined && node.adopt === undefined;
  return {
    owner: `${project}/${madeBy(fleet, node)}`,
    initialAccount: node.placement.login,
    members: [...names].sort().flatMap((name) => fleet.team.members[name] ?? []),
    deployerKeys: Object.values(fleet.team.deployers),
    manage: node.manage,
    openings: node.openings,
    sites: node.manage.includes("proxy")
      ? node.residents.map((project) => siteOf(project, fleet.environment))
      : [],
    deliveries: node.residents
      .filter((project) => isDelivered(node, project))
      .flatMap((project) => deliveryOf(project, fleet.environment) ?? []),
    backups: node.residents
      .filter((project) => isBackedUp(node, project))
      .flatMap((project) => backedUpOf(project, fleet.environment) ?? []),
    ...acmeOf(fleet, node),
    madeByBerth,
    ...(madeByBerth ? { diskGb: node.diskGb } : {}),
    ...(node.accounts === undefined ? {} : { takenOver: node.accounts }),
    ...(dotfiles === undefined ? {} : { dotfiles }),
  };
}

/** The authority for sites without Cloudflare, where the machine's proxy serves one. */
function acmeOf(
  { agency }: Fleet,
  { manage, residents }: ResolvedNode,
): Pick<MachineDeclaration, "acme"> {
  const external = manage.includes("proxy") && residents.some(({ dns }) => dns === "external");
  if (!external || agency.acme === undefined) return {};
  const { email, directory = letsEncrypt } = agency.acme;
  return { acme: { directory, email } };
}

/**
 * Whether Berth enters a machine with an account of its own: some step of the take-over is managed. A
 * machine that is not entered is only looked at, as the account it gave.
 */
export function isEntered({ manage }: Pick<MachineDeclaration, "manage">): boolean {
  return manage.length > 0;
}
