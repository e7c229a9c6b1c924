import { getInstance } from "@pulumi/aws/ec2/getInstance";
import { getInstances } from "@pulumi/aws/ec2/getInstances";

import type { CloudLooks } from "../look";
import { lookAtElasticIps, lookAtNetwork } from "./room";
import { awsEvidence } from "./snapshot";

/** States of an instance that exists: all but those of one that is being terminated, or was. */
const there = ["pending", "running", "stopping", "stopped"] as const;

/** What AWS is asked about: an instance, a snapshot, the default network and the Elastic IPs left. */
export const looks: CloudLooks = {
  async describe({ id, region }, aws) {
    const opts = aws === undefined ? {} : { provider: aws };
    const { instanceType } = await getInstance({ instanceId: id, region }, opts);
    return { size: instanceType, region };
  },
  async standing({ name, region, stack }, aws) {
    const instanceTags = { Name: name, berth: stack };
    const opts = aws === undefined ? {} : { provider: aws };
    const { ids } = await getInstances(
      { region, instanceTags, instanceStateNames: [...there] },
      opts,
    );
    return ids;
  },
  evidence: ({ aws }) =>
    aws
      ? awsEvidence(aws)
      : () => Promise.reject(new Error("this stack has nothing at AWS and no provider for it")),
  async lookAtRoom(demand, aws, questions) {
    if (aws === undefined) return;
    for (const region of new Set(demand.machines.map((machine) => machine.region))) {
      const machines = demand.machines.filter((machine) => machine.region === region);
      await lookAtNetwork(region, { ...demand, machines }, aws, questions);
      await lookAtElasticIps(region, { ...demand, machines }, aws, questions);
    }
  },
};
