import * as pulumi from "@pulumi/pulumi";
import * as instance from "@pulumiverse/scaleway/instance";

import { refusal } from "../../refusal";
import { bootIdentity } from "../boot-key";
import { anywhere, networksOf, type Opening } from "../../placement/openings";
import type { Host, Purchase, Takeover } from "../host";
import { adoptionOptions, serverOptions } from "../options";
import { ownTag } from "../own-tag";

/**
 * Inputs that a live server keeps. A changed image label replaces the server; a changed `cloudInit`
 * is silently not sent, and changed `userData` reaches only the metadata of a booted machine.
 */
const createOnly = ["image", "userData", "cloudInit"];

/** Makes a Scaleway Instance with its own routed IP, so the address survives a stop and start. */
export function buy(name: string, purchase: Purchase, opts: pulumi.CustomResourceOptions): Host {
  const { region: zone, size, image, diskGb } = purchase;
  const tags = ["berth", ownTag(purchase.stack)];
  const boot = bootIdentity(name, purchase, opts);
  const ip = new instance.Ip(
    `${name}-ip`,
    { type: "routed_ipv4", zone, tags },
    pulumi.mergeOptions(opts, { protect: purchase.protect }),
  );
  const group = createSecurityGroup(name, { zone, tags, openings: purchase.openings }, opts);
  const server = new instance.Server(
    `${name}-server`,
    {
      name,
      type: size,
      image,
      zone,
      ipIds: [ip.id],
      securityGroupId: group.id,
      // Always a block volume: a root disk that switched between local and block when the size
      // changes would replace the server.
      rootVolume: { volumeType: "sbs_volume", sizeInGb: diskGb },
      userData: { "cloud-init": boot.userData },
      tags,
    },
    serverOptions(purchase, opts, createOnly),
  );
  return {
    id: server.id,
    address: ip.address,
    login: purchase.login,
    hostKey: boot.hostKey,
  };
}

/** Takes over an Instance; a security group is put on it only when `manage` says so. */
export function adopt(name: string, takeover: Takeover, opts: pulumi.CustomResourceOptions): Host {
  const group = takeover.firewall
    ? createSecurityGroup(
        name,
        { zone: takeover.region, tags: ["berth"], openings: takeover.firewall },
        opts,
      )
    : undefined;
  const server = new instance.Server(
    `${name}-server`,
    {
      name,
      type: takeover.size,
      zone: takeover.region,
      ...(group ? { securityGroupId: group.id } : {}),
    },
    // Not `rootVolume`: an import fills its `volumeId`, which Check refuses beside the ignored
    // `image`. Left out, it is computed and never differs.
    adoptionOptions(takeover, opts, [
      ...createOnly,
      "name",
      "type",
      "zone",
      "additionalVolumeIds",
      "ipIds",
      "ipId",
      "enableDynamicIp",
      "bootType",
      "state",
      "protected",
      "tags",
      ...(takeover.firewall ? [] : ["securityGroupId"]),
    ]),
  );
  return {
    id: server.id,
    address: server.publicIps.apply((ips) => firstAddress(name, ips)),
    login: takeover.login,
    hostKey: pulumi.output(takeover.hostKey),
  };
}

function firstAddress(node: string, ips: readonly { readonly address?: string }[]): string {
  const address = ips.find((ip) => ip.address?.includes("."))?.address;
  if (!address) throw refusal(`Node ${node}: the adopted server has no public IPv4 address.`);
  return address;
}

/** What a security group is made from. */
interface Guarded {
  readonly zone: string;
  readonly tags: string[];
  readonly openings: readonly Opening[];
}

function createSecurityGroup(
  name: string,
  { zone, tags, openings }: Guarded,
  opts: pulumi.CustomResourceOptions,
): instance.SecurityGroup {
  return new instance.SecurityGroup(
    `${name}-firewall`,
    {
      zone,
      tags,
      inboundDefaultPolicy: "drop",
      outboundDefaultPolicy: "accept",
      stateful: true,
      inboundRules: openings.flatMap(rulesOf),
    },
    opts,
  );
}

/** A rule names one network; without one it is all of IPv4. */
function rulesOf({ protocol, port, from }: Opening) {
  const rule = { action: "accept", protocol: protocol.toUpperCase(), port };
  const { ipv4, ipv6 } = networksOf(from);
  return [...ipv4, ...ipv6].map((ipRange) =>
    ipRange === anywhere.ipv4[0] ? rule : { ...rule, ipRange },
  );
}
