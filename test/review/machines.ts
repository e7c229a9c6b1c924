import * as fs from "node:fs";
import * as path from "node:path";

import type { ScratchCloud } from "../../rehearsal/scratch";
import { layoutOf } from "../../packages/local-cloud/hosts";
import { agency } from "../engine/agency";
import { deployers, legacy } from "./starting-fleet";
import { inside, reachable, type Inside, type Way } from "./visiting";

/** A machine as it was found by going there. */
export interface Machine extends Inside {
  readonly way: Way;
  /** Of the ports that matter, those that can be reached. */
  readonly ports: readonly number[];
}

/** What a stack puts out of its nodes, or of its projects. */
export type Published = Readonly<Record<string, Record<string, unknown>>>;

/** Those that the edge alone may come to, one that is declared at times, and a database's. */
const ports = [80, 443, 8443, 5432];

/** Everyday visitors are members; nobody but the deployers enters what is only observed. */
export function waysTo({ keys }: ScratchCloud, nodes: Published): Record<string, Way> {
  const member = { login: "ben", mine: keys.pairOf(agency.team.members.ben.keys[0])! };
  const deployer = { login: "root", mine: keys.pairOf(deployers.ci)! };
  return Object.fromEntries(
    Object.entries(nodes).map(([node, { address, hostKey, account }]) => [
      node,
      {
        address: String(address),
        hostKey: String(hostKey),
        ...(account === "root" ? deployer : member),
      },
    ]),
  );
}

async function wayToLegacy(cloud: ScratchCloud): Promise<Way> {
  const droplets = await cloud.objects("digitalocean/droplet");
  const { data } = droplets.find(({ id }) => id === legacy.adopt.id)!;
  const hostKey = cloud.keys.pairOf(legacy.adopt.hostKey)!.public;
  const nodes = { legacy: { address: data["ipv4Address"], hostKey, account: "root" } };
  return waysTo(cloud, nodes)["legacy"]!;
}

/** Ways to the machines that a change of the stage does not touch, as `stack/node`. */
export async function waysElsewhere(cloud: ScratchCloud): Promise<Record<string, Way>> {
  const ways: Record<string, Way> = { legacy: await wayToLegacy(cloud) };
  for (const stack of ["stage-b", "prod"]) {
    const { nodes } = await cloud.outputs(stack);
    for (const [node, way] of Object.entries(waysTo(cloud, nodes!))) ways[`${stack}/${node}`] = way;
  }
  return ways;
}

/** Goes to every machine. */
export async function visitAll(
  { keys }: ScratchCloud,
  ways: Readonly<Record<string, Way>>,
): Promise<Record<string, Machine>> {
  const named = new Map(
    Object.entries(deployers).map(([name, key]) => [keys.pairOf(key)!.public.split(" ")[1]!, name]),
  );
  const found = Object.entries(ways).map(async ([node, way]) => {
    const [seen, open] = await Promise.all([inside(way, named), reachable(way.address, ports)]);
    return [node, { way, ...seen, ports: open }] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

/** The texts that visitors left: read from outside, as a disk that nobody reaches counts too. */
export function disksOf({ paths }: ScratchCloud): readonly string[] {
  const hosts = path.join(layoutOf(paths.directory, paths.name).home, "machines");
  return fs.readdirSync(hosts).flatMap((host) => {
    const file = path.join(hosts, host, "upper/srv/kept");
    return fs.existsSync(file) ? [fs.readFileSync(file, "utf8").trim()] : [];
  });
}
