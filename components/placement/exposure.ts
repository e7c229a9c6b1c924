import { dayLength, utcDay } from "../fleet/formats";
import { cloudflareNetworks } from "./cloudflare-networks";
import { isOpenToAll } from "./openings";
import type { ResolvedFleet, ResolvedNode } from "./resolved";

/** Days after which the copy of Cloudflare's networks is said to be old. */
const freshDays = 180;

/**
 * What a deployment says of its doors: a node whose web is open to the world and why, a machine that
 * nobody guards, and a list of Cloudflare's networks that nobody has looked at for long. Pure.
 */
export function exposure({ nodes }: Pick<ResolvedFleet, "nodes">, today: Date): string[] {
  const guarded = nodes.filter(isGuarded);
  const byEdge = guarded.some(({ residents }) => !isOpenToAll(residents));
  return [
    ...nodes.filter((node) => !isGuarded(node)).map(unguarded),
    ...guarded.filter(({ residents }) => isOpenToAll(residents)).map(openWeb),
    ...(byEdge ? oldNetworks(today) : []),
  ];
}

/** Whether a node's doors are Berth's to open and shut. */
export function isGuarded({ manage }: Pick<ResolvedNode, "manage">): boolean {
  return manage.includes("firewall");
}

function unguarded({ name, server }: ResolvedNode): string {
  const whose = server === undefined ? "adopted" : "the client's";
  return `the machine of ${name} is ${whose} and unguarded: manage does not name firewall, so nothing of Berth shuts a port there`;
}

function openWeb({ name, residents }: ResolvedNode): string {
  const slugs = residents.filter((project) => isOpenToAll([project])).map(({ slug }) => slug);
  const run = slugs.length === 1 ? "has" : "have";
  return `the ports 80 and 443 of ${name} are open to the world, since ${slugs.join(", ")} ${run} DNS at the client's`;
}

function oldNetworks(today: Date): string[] {
  const { asOf } = cloudflareNetworks;
  const days = Math.floor((today.getTime() - (utcDay(asOf) ?? 0)) / dayLength);
  if (days <= freshDays) return [];
  return [
    `Cloudflare's networks are of ${asOf}, ${days} days old: compare them with https://www.cloudflare.com/ips`,
  ];
}
