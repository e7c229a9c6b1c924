import { isIP } from "node:net";

import { bridged, PlanError } from "../../emulator/bridged";
import {
  ProviderError,
  type CheckFailure,
  type Context,
  type ResourceHandler,
  type Subject,
} from "../../emulator/handler";
import { plan } from "../../emulator/plan";
import { resource } from "../../emulator/resource";
import type { Field, ResourceTable } from "../../emulator/table";
import { isObject, UNKNOWN, type Props } from "../../emulator/values";
import { nextUuid, stamp } from "./catalog";
import { authenticate, notFound, refused } from "./errors";
import { dropletsUnder, enforceFirewalls } from "./firewall-rules";
import { asBlocks, asSets, notEmpty, sameSet, validTags } from "./rules";

const kind = "digitalocean/firewall";

const rule = (direction: "source" | "destination"): Field["fields"] => ({
  protocol: { type: "string", required: true },
  portRange: { type: "string", absent: "" },
  [`${direction}Addresses`]: { type: "set", absent: [] },
  [`${direction}DropletIds`]: { type: "set", items: "integer", absent: [] },
  [`${direction}KubernetesIds`]: { type: "set", absent: [] },
  [`${direction}LoadBalancerUids`]: { type: "set", absent: [] },
  [`${direction}Tags`]: { type: "set", absent: [] },
});

/** Cloud firewalls. Source: the provider's recorded calls and upstream's resource_firewall.go. */
export const firewallTable: ResourceTable = {
  type: "digitalocean:index/firewall:Firewall",
  style: "sdkv2",
  kind,
  autoName: "name",
  inputs: {
    name: { type: "string", refuse: notEmpty },
    dropletIds: { type: "set", items: "integer", same: sameSet },
    inboundRules: { type: "set", fields: rule("source")!, same: sameSet },
    outboundRules: { type: "set", fields: rule("destination")!, same: sameSet },
    tags: { type: "set", items: "string", same: sameSet, refuse: validTags },
  },
  outputs: { createdAt: UNKNOWN, pendingChanges: UNKNOWN, status: UNKNOWN },
  validate: judgeProtocols,
  adjustDiff: (draft, { news }) => {
    requirePorts(news, ProviderError);
    return draft;
  },
  adjustPlan: (outputs, news, olds) => {
    requirePorts(news, PlanError);
    const sets = asSets(outputs, olds, ["dropletIds", "tags"]);
    return asBlocks(sets, ["inboundRules", "outboundRules"]);
  },
  api: {
    create(inputs, _planned, context) {
      judge(inputs, context, "Error creating firewall", "POST /firewalls");
      return {
        id: nextUuid(context.world, "firewall"),
        outputs: { createdAt: stamp(context), pendingChanges: [], status: "succeeded" },
      };
    },
    update(id, { news }, context) {
      const request = `PUT /firewalls/${id}`;
      if (!context.world.get(kind, id)) throw notFound("Error updating firewall", request);
      judge(news, context, "Error updating firewall", request, id);
      return {};
    },
    deleteGone(id, context) {
      const request = `DELETE /firewalls/${id}`;
      authenticate(context, "Error deleting firewall", request);
      throw notFound("Error deleting firewall", request);
    },
    // A droplet that is gone has left its firewalls.
    read: (_id, outputs, context) => ({
      ...outputs,
      dropletIds: Array.isArray(outputs["dropletIds"])
        ? outputs["dropletIds"].filter((id) =>
            context.world.get("digitalocean/droplet", String(id)),
          )
        : outputs["dropletIds"],
    }),
  },
};

const table = resource(firewallTable);

/** Cloud firewalls, put into force on the machines behind the droplets. */
export const firewall: ResourceHandler = bridged(
  {
    ...table,
    async create(subject, inputs, preview, context) {
      const made = await table.create(subject, inputs, preview, context);
      if (!preview) await enforceFirewalls(context, dropletsUnder(made.outputs, context));
      return made;
    },
    async update(subject, change, preview, context) {
      const before = dropletsUnder(change.olds, context);
      const outputs = await table.update(subject, change, preview, context);
      const touched = [...before, ...dropletsUnder(outputs, context)];
      if (!preview) await enforceFirewalls(context, [...new Set(touched)]);
      return outputs;
    },
    async delete(subject, outputs, context) {
      await table.delete(subject, outputs, context);
      await enforceFirewalls(context, dropletsUnder(outputs, context));
    },
  },
  (inputs, olds) => plan(firewallTable, inputs, olds),
);

/** The bridge cannot name a member of a set, so the place is the whole property. */
function judgeProtocols(inputs: Props, subject: Subject): CheckFailure[] {
  return (["inbound", "outbound"] as const).flatMap((direction) =>
    rulesOf(inputs, direction).flatMap((item, index) => {
      const protocol = item["protocol"];
      if (protocol === undefined || protocol === UNKNOWN) return [];
      if (["tcp", "udp", "icmp"].includes(String(protocol))) return [];
      const reason = `expected ${direction}_rule.${index}.protocol to be one of ["tcp" "udp" "icmp"], got ${String(protocol)}. Examine values at '${subject.name}.${direction}Rules'.`;
      return [{ property: "", reason }];
    }),
  );
}

/** Upstream's CustomizeDiff. */
function requirePorts(inputs: Props, Refusal: new (message: string) => ProviderError): void {
  if (inputs["inboundRules"] === UNKNOWN || inputs["outboundRules"] === UNKNOWN) return;
  const directions = ["inbound", "outbound"] as const;
  if (directions.every((direction) => rulesOf(inputs, direction).length === 0)) {
    throw new Refusal("At least one rule must be specified");
  }
  for (const direction of directions) {
    const bare = rulesOf(inputs, direction).some(
      (item) => item["protocol"] !== "icmp" && !item["portRange"],
    );
    if (bare) {
      throw new Refusal(
        `\`port_range\` of ${direction} rules is required if protocol is \`tcp\` or \`udp\``,
      );
    }
  }
}

/** What the API refuses: droplets that are not there, sources that are no addresses, a taken name. */
function judge(inputs: Props, context: Context, doing: string, request: string, id?: string): void {
  authenticate(context, doing, request);
  const droplets = Array.isArray(inputs["dropletIds"]) ? inputs["dropletIds"] : [];
  for (const droplet of droplets) {
    if (!context.world.get("digitalocean/droplet", String(droplet))) {
      throw refused(doing, request, 422, `droplet ${String(droplet)} was not found`);
    }
  }
  const addresses = (["inbound", "outbound"] as const).flatMap((direction) =>
    rulesOf(inputs, direction).flatMap((item) => {
      const list = item[direction === "inbound" ? "sourceAddresses" : "destinationAddresses"];
      return Array.isArray(list) ? list.map(String) : [];
    }),
  );
  if (!addresses.every(isAddress)) throw refused(doing, request, 422, "invalid address");
  const taken = context.world.find(
    kind,
    (data, other) => other !== id && data["name"] === inputs["name"],
  );
  if (taken) throw refused(doing, request, 409, "duplicate name");
}

function isAddress(text: string): boolean {
  const [address = "", length, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return length === undefined || (/^\d+$/.test(length) && +length <= (version === 4 ? 32 : 128));
}

function rulesOf(inputs: Props, direction: "inbound" | "outbound"): Props[] {
  const rules = inputs[`${direction}Rules`];
  return Array.isArray(rules) ? rules.filter(isObject) : [];
}
