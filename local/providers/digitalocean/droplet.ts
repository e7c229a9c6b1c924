import { createHash } from "node:crypto";

import { ProviderError, type Context } from "../../emulator/handler";
import type { ResourceTable } from "../../emulator/table";
import { UNKNOWN, type Props } from "../../emulator/values";
import { images, regions, sizes } from "./catalog";

const kind = "digitalocean/droplet";

/** Droplets. Source: the provider's recorded calls. */
export const droplet: ResourceTable = {
  type: "digitalocean:index/droplet:Droplet",
  style: "sdkv2",
  kind,
  autoName: "name",
  inputs: {
    name: { type: "string" },
    image: { type: "string", required: true, forceNew: true },
    size: { type: "string", required: true },
    region: { type: "string", computed: true, forceNew: true },
    userData: { type: "string", forceNew: true, toState: sha1 },
    sshKeys: { type: "list", forceNew: true },
    monitoring: { type: "boolean", forceNew: true, absent: false },
    dropletAgent: { type: "boolean", forceNew: true },
    publicNetworking: { type: "boolean", forceNew: true, computed: true },
    vpcUuid: { type: "string", forceNew: true, computed: true },
    backups: { type: "boolean", absent: false },
    backupPolicy: { type: "object" },
    ipv6: { type: "boolean", absent: false },
    ipv6Address: { type: "string", computed: true },
    privateNetworking: { type: "boolean", computed: true },
    resizeDisk: { type: "boolean", default: true },
    gracefulShutdown: { type: "boolean", absent: false },
    volumeIds: { type: "set", computed: true },
    tags: { type: "set" },
  },
  outputs: {
    createdAt: UNKNOWN,
    disk: UNKNOWN,
    dropletUrn: UNKNOWN,
    ipv4Address: UNKNOWN,
    ipv4AddressPrivate: UNKNOWN,
    locked: UNKNOWN,
    memory: UNKNOWN,
    priceHourly: UNKNOWN,
    priceMonthly: UNKNOWN,
    status: UNKNOWN,
    vcpus: UNKNOWN,
  },
  api: {
    async create(inputs, planned, context) {
      const region = String(inputs["region"] ?? "nyc3");
      const hardware = hardwareOf(inputs["size"]);
      if (!regions.includes(region))
        throw refused("POST", "You specified an invalid region for Droplet creation.");
      if (!images.includes(String(inputs["image"])))
        throw refused("POST", "You specified an invalid image for Droplet creation.");
      const number = context.world.next("digitalocean", 1000);
      const address = `203.0.113.${number % 250}`;
      await context.machines.create({
        id: `digitalocean-${number}`,
        name: String(planned["name"]),
        cloud: "digitalocean",
        address,
        login: "root",
        userData: String(inputs["userData"] ?? ""),
      });
      return {
        id: String(number),
        outputs: {
          ...hardware,
          region,
          createdAt: stamp(context),
          dropletUrn: `do:droplet:${number}`,
          ipv4Address: address,
          ipv4AddressPrivate: `10.118.0.${number % 250}`,
          ipv6Address: "",
          locked: false,
          privateNetworking: true,
          publicNetworking: true,
          status: "active",
          volumeIds: [],
          vpcUuid: "11c6374e-990b-4214-beb7-ce5acb47253a",
        },
      };
    },
    update: (_id, { news, planned }) => ({ ...planned, ...hardwareOf(news["size"]) }),
    delete: (id, _outputs, context) => context.machines.delete(`digitalocean-${id}`),
  },
};

function hardwareOf(size: unknown): Props {
  const found = sizes[String(size)];
  if (!found) throw refused("POST", "You specified an invalid size for Droplet creation.");
  return { ...found, priceHourly: found.priceMonthly / 672 };
}

function refused(method: string, message: string): ProviderError {
  return new ProviderError(
    `1 error occurred:\n\t* Error creating droplet: ${method} https://api.digitalocean.com/v2/droplets: 422 ${message}\n\n`,
  );
}

function sha1(value: unknown): unknown {
  return value === UNKNOWN ? value : createHash("sha1").update(String(value)).digest("hex");
}

function stamp(context: Context): string {
  return context
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
}
