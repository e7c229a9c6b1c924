import * as ec2 from "@pulumi/aws/ec2";
import * as servicequotas from "@pulumi/aws/servicequotas";
import * as digitalocean from "@pulumi/digitalocean";
import type * as pulumi from "@pulumi/pulumi";
import * as instance from "@pulumiverse/scaleway/instance";

import type { Placement } from "../placement/placement";
import type { ResolvedFleet } from "../placement/resolved";
import type { Cloud, NodeSpec } from "../fleet/fleet";
import { placeOf } from "../fleet/show";
import { forEach, type Asking } from "./asking";
import { presentMachine } from "./machines";
import type { OwnState } from "./own-state";

/** AWS's number of the quota "EC2-VPC Elastic IPs", per region. */
const elasticIpQuota = { serviceCode: "ec2", quotaCode: "L-0263D0A3" } as const;

/** A machine that is going to be made. */
interface NewMachine {
  readonly node: NodeSpec;
  readonly placement: Placement;
}

/**
 * Refuses machines that an account has no room for, before the first of them is bought: a default
 * network and addresses at AWS, Droplets within the account's limit at DigitalOcean, a type in stock
 * at Scaleway. Quotas are asked where a look-up of the provider's shows them; Scaleway's has none.
 */
export async function lookAtRooms(
  fleet: ResolvedFleet,
  own: OwnState | undefined,
  aws: pulumi.ProviderResource | undefined,
  asking: Asking,
): Promise<void> {
  const made = fleet.nodes
    .filter(({ adopt, server }) => adopt === undefined && server === undefined)
    .map((node) => ({ node, placement: node.placement }));
  const fresh = made.filter(
    ({ node, placement }) => presentMachine(own, node, placement.provider) === undefined,
  );
  const at = (provider: Cloud) => fresh.filter(({ placement }) => placement.provider === provider);
  await lookAtDroplets(fleet.stack, own, at("digitalocean"), asking);
  await lookAtStock(at("scaleway"), asking);
  if (aws === undefined) return;
  const regions = new Set(made.flatMap(({ placement }) => placement.region ?? []));
  for (const region of regions) {
    const there = ({ placement }: NewMachine) =>
      placement.provider === "aws" && placement.region === region;
    await lookAtNetwork(region, fresh.filter(there), aws, asking);
    const unaddressed = made
      .filter(there)
      .filter(({ node: { name, formerly } }) => !hasAddress(own, name, formerly));
    await lookAtElasticIps(fleet.stack, region, own, unaddressed, aws, asking);
  }
}

async function lookAtNetwork(
  region: string,
  machines: readonly NewMachine[],
  provider: pulumi.ProviderResource,
  asking: Asking,
): Promise<void> {
  if (machines.length === 0) return;
  const filter = (name: string) => ({ filters: [{ name, values: ["true"] }], region });
  const found = await asking.ask(
    `the AWS account has a default VPC with subnets in ${region}`,
    async () => {
      const vpcs = await ec2.getVpcs(filter("isDefault"), { provider });
      const subnets = await ec2.getSubnets(filter("default-for-az"), { provider });
      return { vpc: vpcs.ids.length > 0, subnet: subnets.ids.length > 0 };
    },
  );
  if (found === undefined || (found.vpc && found.subnet)) return;
  asking.problems.push({
    path: nodesAt(machines),
    message: found.vpc
      ? `goes to AWS, ${region}, where the account's default VPC has no default subnet: EC2 refuses the instance`
      : `goes to AWS, ${region}, where the account has no default VPC: EC2 refuses the security group and the instance`,
    fix: found.vpc
      ? `make one with \`aws ec2 create-default-subnet --region ${region} --availability-zone ${region}a\``
      : `make one with \`aws ec2 create-default-vpc --region ${region}\``,
  });
}

async function lookAtElasticIps(
  stack: string,
  region: string,
  own: OwnState | undefined,
  machines: readonly NewMachine[],
  provider: pulumi.ProviderResource,
  asking: Asking,
): Promise<void> {
  if (machines.length === 0) return;
  const found = await asking.ask(
    `AWS has Elastic IPs left in ${region}`,
    async () => {
      const [quota, held, ours] = await Promise.all([
        servicequotas.getServiceQuota({ ...elasticIpQuota, region }, { provider }),
        ec2.getEips({ region }, { provider }),
        own === undefined
          ? ec2.getEips({ region, tags: { berth: stack } }, { provider })
          : undefined,
      ]);
      return {
        limit: quota.value,
        held: held.allocationIds.length,
        ours: ours?.allocationIds.length ?? 0,
      };
    },
    false,
  );
  if (found === undefined) return;
  outOfRoom(
    machines,
    found,
    `Elastic IPs in ${region}`,
    "Service Quotas, EC2-VPC Elastic IPs",
    asking,
  );
}

async function lookAtDroplets(
  stack: string,
  own: OwnState | undefined,
  machines: readonly NewMachine[],
  asking: Asking,
): Promise<void> {
  if (machines.length === 0) return;
  const found = await asking.ask(
    "the DigitalOcean account may have more Droplets",
    async () => {
      const [account, { droplets }] = await Promise.all([
        digitalocean.getAccount(),
        digitalocean.getDroplets(),
      ]);
      const tag = `berth-${stack}`;
      const ours = own === undefined ? droplets.filter(({ tags }) => tags.includes(tag)) : [];
      return { account, limit: account.dropletLimit, held: droplets.length, ours: ours.length };
    },
    false,
  );
  if (found === undefined) return;
  const { status, statusMessage } = found.account;
  if (status === "locked") {
    asking.problems.push({
      path: nodesAt(machines),
      message: `goes to DigitalOcean, whose account is locked${statusMessage ? ` (${statusMessage})` : ""}`,
      fix: "have the account unlocked by DigitalOcean's support",
    });
    return;
  }
  outOfRoom(machines, found, "Droplets", "DigitalOcean's control panel, Settings", asking);
}

async function lookAtStock(machines: readonly NewMachine[], asking: Asking): Promise<void> {
  const kinds = new Map<string, NewMachine[]>();
  for (const machine of machines) {
    const kind = `${machine.placement.region} ${machine.placement.size!.name}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), machine]);
  }
  await forEach([...kinds], async ([kind, wanting]) => {
    const [zone, name] = kind.split(" ") as [string, string];
    const found = await asking.ask(
      `Scaleway has ${name} in stock in ${zone}`,
      () => instance.getServerType({ name, zone }),
      false,
    );
    if (found?.availability !== "shortage") return;
    asking.problems.push({
      path: nodesAt(wanting),
      message: `needs a ${name}, which Scaleway has run out of in ${zone}`,
      fix: "try again later, or choose another size",
    });
  });
}

function outOfRoom(
  machines: readonly NewMachine[],
  { limit, held, ours }: { readonly limit: number; readonly held: number; readonly ours: number },
  what: string,
  where: string,
  asking: Asking,
): void {
  const needed = machines.length - Math.min(ours, machines.length);
  if (held + needed <= limit) return;
  asking.problems.push({
    path: nodesAt(machines),
    message: `needs ${needed} more ${what}, but the account has ${held} of at most ${limit}`,
    fix: `have the limit raised (${where}), or give back what is not used`,
  });
}

function hasAddress(own: OwnState | undefined, name: string, formerly: string | undefined) {
  const former = formerly === undefined ? undefined : `${formerly}-ip`;
  return own?.find("aws:ec2/eip:Eip", `${name}-ip`, former) !== undefined;
}

function nodesAt(machines: readonly NewMachine[]): string {
  return machines.map(({ node }) => placeOf(["nodes", node.name])).join(", ");
}
