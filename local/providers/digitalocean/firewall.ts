import { ProviderError } from "../../emulator/handler";
import type { Field, ResourceTable } from "../../emulator/table";
import { UNKNOWN } from "../../emulator/values";

const rule = (direction: "source" | "destination"): Field["fields"] => ({
  protocol: { type: "string", required: true, oneOf: ["tcp", "udp", "icmp"] },
  portRange: { type: "string" },
  [`${direction}Addresses`]: { type: "set", absent: [] },
  [`${direction}DropletIds`]: { type: "set", absent: [] },
  [`${direction}KubernetesIds`]: { type: "set", absent: [] },
  [`${direction}LoadBalancerUids`]: { type: "set", absent: [] },
  [`${direction}Tags`]: { type: "set", absent: [] },
});

/** Cloud firewalls. Source: the provider's recorded calls. */
export const firewall: ResourceTable = {
  type: "digitalocean:index/firewall:Firewall",
  style: "sdkv2",
  kind: "digitalocean/firewall",
  autoName: "name",
  inputs: {
    name: { type: "string" },
    dropletIds: { type: "set" },
    inboundRules: { type: "list", fields: rule("source")! },
    outboundRules: { type: "list", fields: rule("destination")! },
    tags: { type: "set" },
  },
  outputs: { createdAt: UNKNOWN, pendingChanges: UNKNOWN, status: UNKNOWN },
  api: {
    create(inputs, _planned, context) {
      for (const id of (inputs["dropletIds"] as number[] | undefined) ?? []) {
        if (!context.world.get("digitalocean/droplet", String(id))) {
          throw new ProviderError(
            `1 error occurred:\n\t* Error creating firewall: POST https://api.digitalocean.com/v2/firewalls: 422 droplet ${id} was not found\n\n`,
          );
        }
      }
      return {
        id: `fw-${context.world.next("digitalocean", 1000)}`,
        outputs: {
          createdAt: context.now().toISOString(),
          pendingChanges: [],
          status: "succeeded",
        },
      };
    },
  },
};
