import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

import { bootIdentity } from "../boot-key";
import { anywhere, networksOf, type Opening } from "../../placement/openings";
import type { Host, Purchase, Takeover } from "../host";
import { adoptionOptions, serverOptions } from "../options";
import { ownTag } from "../own-tag";

/**
 * Inputs that would replace a Droplet when changed; `image` is not read back by the provider, and IPv6 that is
 * switched on later is not configured inside.
 */
const createOnly = [
  "image",
  "userData",
  "sshKeys",
  "monitoring",
  "dropletAgent",
  "vpcUuid",
  "ipv6",
];

/** Makes a Droplet with a cloud firewall. A Droplet keeps its address for life. */
export function buy(name: string, purchase: Purchase, opts: pulumi.CustomResourceOptions): Host {
  const { region, size, image, growDisk, ipv6 } = purchase;
  const boot = bootIdentity(name, purchase, opts);
  const droplet = new digitalocean.Droplet(
    `${name}-server`,
    {
      name,
      region,
      size,
      image,
      userData: boot.userData,
      monitoring: true,
      resizeDisk: growDisk,
      ...(ipv6 ? { ipv6 } : {}),
      tags: ["berth", ownTag(purchase.stack)],
    },
    serverOptions(purchase, opts, createOnly),
  );
  createFirewall(name, droplet, purchase.openings, opts);
  return {
    id: droplet.id,
    address: droplet.ipv4Address,
    ...(ipv6 ? { address6: droplet.ipv6Address } : {}),
    login: purchase.login,
    hostKey: boot.hostKey,
  };
}

/** Takes over a Droplet; a cloud firewall is added to it only when `manage` says so. */
export function adopt(name: string, takeover: Takeover, opts: pulumi.CustomResourceOptions): Host {
  const droplet = new digitalocean.Droplet(
    `${name}-server`,
    {
      name,
      region: takeover.region,
      size: takeover.size,
      image: "adopted",
    },
    adoptionOptions(takeover, opts, [
      ...createOnly,
      "name",
      "region",
      "size",
      "resizeDisk",
      "gracefulShutdown",
      "backups",
      "tags",
      "volumeIds",
    ]),
  );
  if (takeover.firewall) createFirewall(name, droplet, takeover.firewall, opts);
  return {
    id: droplet.id,
    address: droplet.ipv4Address,
    login: takeover.login,
    hostKey: pulumi.output(takeover.hostKey),
  };
}

function createFirewall(
  name: string,
  droplet: digitalocean.Droplet,
  openings: readonly Opening[],
  opts: pulumi.CustomResourceOptions,
): void {
  const everywhere = addresses(anywhere);
  new digitalocean.Firewall(
    `${name}-firewall`,
    {
      // The provider wants the number, and ids are strings.
      dropletIds: [droplet.id.apply(Number)],
      inboundRules: openings.map(({ protocol, port, from }) => ({
        protocol,
        portRange: String(port),
        sourceAddresses: addresses(networksOf(from)),
      })),
      outboundRules: [
        { protocol: "tcp", portRange: "1-65535", destinationAddresses: everywhere },
        { protocol: "udp", portRange: "1-65535", destinationAddresses: everywhere },
        { protocol: "icmp", destinationAddresses: everywhere },
      ],
    },
    opts,
  );
}

function addresses({ ipv4, ipv6 }: ReturnType<typeof networksOf>): string[] {
  return [...ipv4, ...ipv6];
}
