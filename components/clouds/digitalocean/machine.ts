import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

import { growsDisk } from "../../present/machines";
import { bootIdentity } from "../boot-key";
import { anywhere, openings } from "../firewall";
import { purchase, type Host, type HostArgs } from "../host";
import { adoptionOptions, serverOptions } from "../options";

/** Inputs that would replace a Droplet when changed; `image` is not read back by the provider. */
const createOnly = ["image", "userData", "sshKeys", "monitoring", "dropletAgent", "vpcUuid"];

/** Makes a Droplet with a cloud firewall. A Droplet keeps its address for life. */
export function createDroplet(
  name: string,
  args: HostArgs,
  opts: pulumi.CustomResourceOptions,
): Host {
  const { region, size, image } = purchase(args.placement);
  const boot = bootIdentity(name, args, opts);
  const droplet = new digitalocean.Droplet(
    `${name}-server`,
    {
      name: args.node.name,
      region,
      size,
      image,
      userData: boot.userData,
      monitoring: true,
      // A grown disk never shrinks again; without it a node can become small again.
      resizeDisk: growsDisk(args.present, size, args.node.diskGb),
      tags: ["berth", `berth-${args.labels.stack}`],
    },
    serverOptions(args, opts, createOnly),
  );
  createFirewall(name, droplet, opts);
  return {
    id: droplet.id,
    address: droplet.ipv4Address,
    login: args.placement.login,
    hostKey: boot.hostKey,
  };
}

/** Takes over a Droplet; a cloud firewall is added to it only when `manage` says so. */
export function adoptDroplet(
  name: string,
  args: HostArgs,
  opts: pulumi.CustomResourceOptions,
): Host {
  const adopt = args.node.adopt!;
  const droplet = new digitalocean.Droplet(
    `${name}-server`,
    {
      name: args.node.name,
      region: adopt.region,
      size: adopt.size,
      image: "adopted",
    },
    adoptionOptions(args, opts, [
      ...createOnly,
      "name",
      "region",
      "size",
      "resizeDisk",
      "gracefulShutdown",
      "backups",
      "ipv6",
      "tags",
      "volumeIds",
    ]),
  );
  if (args.node.manage.includes("firewall")) createFirewall(name, droplet, opts);
  return {
    id: droplet.id,
    address: droplet.ipv4Address,
    login: adopt.login,
    hostKey: pulumi.output(adopt.hostKey),
  };
}

function createFirewall(
  name: string,
  droplet: digitalocean.Droplet,
  opts: pulumi.CustomResourceOptions,
): void {
  const everywhere: string[] = [anywhere.ipv4, anywhere.ipv6];
  new digitalocean.Firewall(
    `${name}-firewall`,
    {
      // The provider wants the number, and ids are strings.
      dropletIds: [droplet.id.apply(Number)],
      inboundRules: openings.map(({ port }) => ({
        protocol: "tcp",
        portRange: String(port),
        sourceAddresses: everywhere,
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
