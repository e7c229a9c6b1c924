import * as ec2 from "@pulumi/aws/ec2";
import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";

import { bootIdentity } from "../boot-key";
import { anywhere, networksOf, type Opening } from "../../placement/openings";
import type { Host, Purchase, Takeover } from "../host";
import { adoptionOptions, serverOptions } from "../options";

/** `ami` and `keyName` replace an instance; `userData` stops and starts it without re-running. */
const createOnly = ["ami", "userData", "userDataBase64", "keyName", "subnetId"];

/** Makes an EC2 instance with an Elastic IP, so the address survives a stop and start. */
export function buy(name: string, purchase: Purchase, opts: pulumi.CustomResourceOptions): Host {
  const { region, size, image, diskGb } = purchase;
  const tags = { Name: name, berth: purchase.stack };
  const protection = pulumi.mergeOptions(opts, { protect: purchase.protect });
  const boot = bootIdentity(name, purchase, opts);
  const group = createSecurityGroup(name, { region, tags, openings: purchase.openings }, opts);
  const ami = ssm.getParameterOutput({ name: image, region }, { parent: opts.parent! });
  const instance = new ec2.Instance(
    `${name}-server`,
    {
      region,
      // `insecureValue`: a public parameter; `value` is marked secret.
      ami: ami.insecureValue,
      instanceType: size,
      vpcSecurityGroupIds: [group.id],
      userData: boot.userData,
      rootBlockDevice: { volumeType: "gp3", volumeSize: diskGb, encrypted: true },
      metadataOptions: { httpTokens: "required" },
      tags,
    },
    serverOptions(purchase, opts, createOnly),
  );
  const address = new ec2.Eip(`${name}-ip`, { region, domain: "vpc", tags }, protection);
  const association = new ec2.EipAssociation(
    `${name}-ip-association`,
    { region, allocationId: address.allocationId, instanceId: instance.id },
    opts,
  );
  return {
    id: instance.id,
    address: address.publicIp,
    login: purchase.login,
    hostKey: boot.hostKey,
    wayIn: [association],
  };
}

/** Takes over an EC2 instance; a security group is put on it only when `manage` says so. */
export function adopt(name: string, takeover: Takeover, opts: pulumi.CustomResourceOptions): Host {
  const group = takeover.firewall
    ? createSecurityGroup(
        name,
        {
          region: takeover.region,
          tags: { berth: takeover.stack },
          openings: takeover.firewall,
        },
        opts,
      )
    : undefined;
  const instance = new ec2.Instance(
    `${name}-server`,
    {
      region: takeover.region,
      instanceType: takeover.size,
      ...(group ? { vpcSecurityGroupIds: [group.id] } : {}),
    },
    adoptionOptions(takeover, opts, [
      ...createOnly,
      "region",
      "instanceType",
      "availabilityZone",
      "associatePublicIpAddress",
      "rootBlockDevice",
      "ebsBlockDevices",
      "ebsOptimized",
      "metadataOptions",
      "creditSpecification",
      "iamInstanceProfile",
      "privateIp",
      "sourceDestCheck",
      "monitoring",
      "tags",
      ...(takeover.firewall ? [] : ["vpcSecurityGroupIds", "securityGroups"]),
    ]),
  );
  return {
    id: instance.id,
    address: instance.publicIp,
    login: takeover.login,
    hostKey: pulumi.output(takeover.hostKey),
  };
}

/** What AWS keeps for its own ids, so that no group's name may begin with it. */
const reserved = "sg-";

/** What a security group is made from. */
interface Guarded {
  readonly region: string;
  readonly tags: Record<string, string>;
  readonly openings: readonly Opening[];
}

/**
 * Rules stand inside the group, so that the group has exactly these: one added by hand is seen by a
 * refresh and taken out again, which rule resources of their own would leave.
 */
function createSecurityGroup(
  name: string,
  { region, tags, openings }: Guarded,
  opts: pulumi.CustomResourceOptions,
): ec2.SecurityGroup {
  return new ec2.SecurityGroup(
    `${name}-firewall`,
    {
      region,
      // The engine's own name for it begins with the node's.
      ...(name.startsWith(reserved) ? { namePrefix: `berth-${name}-firewall-` } : {}),
      description: "Berth: SSH and web",
      ingress: openings.map(({ name: description, protocol, port, from }) => ({
        description,
        protocol,
        fromPort: port,
        toPort: port,
        ...blocks(networksOf(from)),
      })),
      egress: [{ protocol: "-1", fromPort: 0, toPort: 0, ...blocks(anywhere) }],
      tags,
    },
    opts,
  );
}

function blocks({ ipv4, ipv6 }: ReturnType<typeof networksOf>) {
  return { cidrBlocks: [...ipv4], ipv6CidrBlocks: [...ipv6] };
}
