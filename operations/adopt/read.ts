import type { Cloud } from "../../components/fleet/fleet";
import { addressFault } from "../../components/fleet/formats";
import type { Context } from "../ground/context";
import { Refusal } from "../ground/usage";
import { isSame } from "./forget";
import type { Found, FoundBucket, FoundMachine, FoundRecord } from "./found";
import { ansibleHosts } from "./sources/ansible";
import { awsMachines } from "./sources/aws";
import { bucketAt } from "./sources/bucket";
import { cloudflareRecords } from "./sources/cloudflare";
import { digitaloceanMachines } from "./sources/digitalocean";
import { knownKeys } from "./sources/known-hosts";
import { scalewayMachines } from "./sources/scaleway";
import { terraformResources } from "./sources/terraform";

/** What is read. */
export interface Sources {
  readonly from: readonly Cloud[];
  readonly zones: readonly string[];
  readonly buckets: readonly string[];
  /** Files. */
  readonly terraform?: string;
  readonly ansible?: string;
  readonly knownHosts?: string;
  /** All of it in words. */
  readonly words: string;
}

const machinesOf: Readonly<Record<Cloud, (env: NodeJS.ProcessEnv) => Promise<FoundMachine[]>>> = {
  digitalocean: digitaloceanMachines,
  scaleway: scalewayMachines,
  aws: awsMachines,
};

/**
 * Reads every source. One that refuses is told among the troubles and stops no other; what it had told until then does
 * not count.
 */
export async function readSources(
  { from, zones, buckets, terraform, ansible, knownHosts }: Sources,
  zoneIds: Readonly<Record<string, unknown>>,
  { env }: Context,
): Promise<Found> {
  const troubles: string[] = [];
  const attempt = async <Answer>(work: () => Answer | Promise<Answer>) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      troubles.push(error.message);
      return undefined;
    }
  };
  const [told, records, held] = await Promise.all([
    Promise.all(from.map((cloud) => attempt(() => machinesOf[cloud](env)))),
    Promise.all(zones.map((zone) => attempt(() => cloudflareRecords(zone, zoneIds, env)))),
    Promise.all(buckets.map((bucket) => attempt(() => bucketAt(bucket, env)))),
  ]);
  const resources = (terraform && (await attempt(() => terraformResources(terraform)))) || [];
  const inventory = ansible === undefined ? undefined : await attempt(() => ansibleHosts(ansible));
  troubles.push(...(inventory?.troubles ?? []));
  const ofClouds = told.flatMap((each) => each ?? []);
  const asked = from.filter((_, index) => told[index] !== undefined);
  const ofStates: FoundMachine[] = [];
  for (const { machine, address } of resources) {
    if (machine === undefined || ofClouds.some((each) => isSame(each, machine))) continue;
    if (asked.includes(machine.provider)) {
      troubles.push(
        `${terraform}: ${address} is a machine that ${machine.provider} does not have (any more)`,
      );
    } else ofStates.push(machine);
  }
  const machines = [...ofClouds, ...ofStates];
  const ofState = resources.flatMap(({ record }) => record ?? []);
  const all = [...records.flatMap((each) => each ?? []), ...ofState];
  const hosts = inventory?.hosts ?? [];
  const targets = [
    ...machines.map(({ address = "" }) => address),
    ...hosts.map((each) => each.target),
  ];
  const addresses = [...new Set(targets)].filter((each) => addressFault(each) === undefined);
  const hostKeys =
    knownHosts === undefined
      ? undefined
      : await attempt(() => knownKeys(knownHosts, addresses, env));
  return {
    ...{ machines, hosts, resources, troubles },
    records: distinct(all),
    buckets: held.flatMap((each): FoundBucket[] => (each ? [each] : [])),
    hostKeys: hostKeys ?? new Map<string, string>(),
  };
}

/** A zone and a state may tell of one record both. */
function distinct(records: readonly FoundRecord[]): FoundRecord[] {
  return [
    ...new Map(records.map((record) => [JSON.stringify(Object.values(record)), record])).values(),
  ];
}
