import * as ec2 from "@pulumi/aws/ec2";
import * as servicequotas from "@pulumi/aws/servicequotas";
import type { ProviderResource } from "@pulumi/pulumi";

import { outOfRoom, placesOf, type Demand, type Questions } from "../look";

/** AWS's number of the quota "EC2-VPC Elastic IPs", per region. */
const elasticIpQuota = { serviceCode: "ec2", quotaCode: "L-0263D0A3" } as const;

/** Refuses instances in a region without a default network. */
export async function lookAtNetwork(
  region: string,
  demand: Demand,
  provider: ProviderResource,
  questions: Questions,
): Promise<void> {
  const machines = demand.machines.filter(({ fresh }) => fresh);
  if (machines.length === 0) return;
  const filter = (name: string) => ({ filters: [{ name, values: ["true"] }], region });
  const found = await questions.ask(
    `the AWS account has a default VPC with subnets in ${region}`,
    async () => {
      const vpcs = await ec2.getVpcs(filter("isDefault"), { provider });
      const subnets = await ec2.getSubnets(filter("default-for-az"), { provider });
      return { vpc: vpcs.ids.length > 0, subnet: subnets.ids.length > 0 };
    },
  );
  if (found === undefined || (found.vpc && found.subnet)) return;
  questions.problems.push({
    path: placesOf(machines),
    message: found.vpc
      ? `goes to AWS, ${region}, where the account's default VPC has no default subnet: EC2 refuses the instance`
      : `goes to AWS, ${region}, where the account has no default VPC: EC2 refuses the security group and the instance`,
    fix: found.vpc
      ? `make one with \`aws ec2 create-default-subnet --region ${region} --availability-zone ${region}a\``
      : `make one with \`aws ec2 create-default-vpc --region ${region}\``,
  });
}

/** Refuses machines without an address yet, where the region gives no more of them. */
export async function lookAtElasticIps(
  region: string,
  { stack, hasState, machines: all }: Demand,
  provider: ProviderResource,
  questions: Questions,
): Promise<void> {
  const machines = all.filter(({ holds }) => !holds("aws:ec2/eip:Eip", "ip"));
  if (machines.length === 0) return;
  const found = await questions.ask(
    `AWS has Elastic IPs left in ${region}`,
    async () => {
      const [quota, held, ours] = await Promise.all([
        servicequotas.getServiceQuota({ ...elasticIpQuota, region }, { provider }),
        ec2.getEips({ region }, { provider }),
        hasState ? undefined : ec2.getEips({ region, tags: { berth: stack } }, { provider }),
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
    questions,
  );
}
