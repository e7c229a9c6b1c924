import { createHash } from "node:crypto";

import { bridged } from "../../emulator/bridged";
import type { ResourceHandler } from "../../emulator/handler";
import { plan } from "../../emulator/plan";
import { resource } from "../../emulator/resource";
import type { DiffDraft, ResourceTable } from "../../emulator/table";
import { equal, UNKNOWN, type Props } from "../../emulator/values";
import { lowerCase } from "./catalog";
import { createDroplet, deleteDroplet, dropletGone, updateDroplet } from "./droplet-api";
import { enforceFirewalls } from "./firewall-rules";
import { asSets, notEmpty, sameSet, validTags } from "./rules";

const partitionModes = ["PARTITION_MODE_SPX_NPS1", "PARTITION_MODE_DPX_NPS2"];

/** Droplets. Source: the provider's recorded calls and upstream's resource_droplet.go. */
export const dropletTable: ResourceTable = {
  type: "digitalocean:index/droplet:Droplet",
  style: "sdkv2",
  kind: "digitalocean/droplet",
  autoName: "name",
  inputs: {
    name: { type: "string", refuse: notEmpty },
    image: { type: "string", required: true, forceNew: true, refuse: notEmpty },
    size: { type: "string", required: true, toState: lowerCase, refuse: notEmpty },
    region: {
      type: "string",
      computed: true,
      forceNew: true,
      toState: lowerCase,
      refuse: notEmpty,
    },
    userData: { type: "string", forceNew: true, toState: sha1, refuse: notEmpty },
    sshKeys: { type: "set", items: "string", forceNew: true, same: sameSet, refuse: notEmpty },
    monitoring: { type: "boolean", forceNew: true, absent: false, remembered: true },
    gpuPartitionMode: { type: "string", forceNew: true, oneOf: partitionModes },
    dropletAgent: { type: "boolean", forceNew: true },
    publicNetworking: { type: "boolean", forceNew: true, computed: true },
    vpcUuid: { type: "string", forceNew: true, computed: true, refuse: notEmpty },
    backups: { type: "boolean", absent: false, remembered: true },
    backupPolicy: {
      type: "object",
      fields: {
        plan: { type: "string", oneOf: ["daily", "weekly"] },
        weekday: { type: "string", oneOf: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] },
        hour: {
          type: "integer",
          refuse: (hour, { name }, place) =>
            Number(hour) >= 0 && Number(hour) <= 20
              ? undefined
              : `expected backup_policy.0.hour to be in the range (0 - 20), got ${String(hour)}. Examine values at '${name}.${place}'.`,
        },
      },
    },
    ipv6: { type: "boolean", absent: false, remembered: true },
    ipv6Address: { type: "string", computed: true },
    privateNetworking: { type: "boolean", computed: true },
    resizeDisk: { type: "boolean", default: true },
    gracefulShutdown: { type: "boolean", absent: false, remembered: true },
    volumeIds: { type: "set", items: "string", computed: true, same: sameSet },
    tags: { type: "set", items: "string", same: sameSet, refuse: validTags },
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
  validate: (inputs, { name }) =>
    inputs["backupPolicy"] !== undefined && inputs["backups"] === undefined
      ? [
          {
            property: "",
            reason: `Missing required argument. "backup_policy": all of \`backup_policy,backups\` must be specified. Examine values at '${name}.backupPolicy'.`,
          },
        ]
      : [],
  adjustDiff,
  adjustPlan: (outputs, news, olds) => {
    const planned = asSets(outputs, olds, ["sshKeys", "tags"]);
    const gainsIpv6 = olds !== undefined && olds["ipv6"] !== true && news["ipv6"] === true;
    return gainsIpv6 ? { ...planned, ipv6Address: UNKNOWN } : planned;
  },
  api: {
    create: createDroplet,
    update: updateDroplet,
    delete: deleteDroplet,
    read: (_id, outputs, _context, known) =>
      Object.keys(known).length === 0 ? { ...outputs, ...unknownToImport(outputs) } : outputs,
    importInputs,
    deleteGone: dropletGone,
  },
};

const table = resource(dropletTable);

/** Droplets, with the firewalls that reach them by tag. */
export const droplet: ResourceHandler = bridged(
  {
    ...table,
    async create(subject, inputs, preview, context) {
      const made = await table.create(subject, inputs, preview, context);
      if (!preview && made.outputs["tags"]) await enforceFirewalls(context, [made.id]);
      return made;
    },
    async update(subject, change, preview, context) {
      const outputs = await table.update(subject, change, preview, context);
      const retagged = !sameSet(change.olds["tags"], change.news["tags"]);
      if (!preview && retagged) await enforceFirewalls(context, [subject.id]);
      return outputs;
    },
  },
  (inputs, olds) => plan(dropletTable, inputs, olds),
);

/** Upstream's CustomizeDiff: IPv6 can be switched on, never off. */
function adjustDiff(draft: DiffDraft, change: { olds: Props; news: Props }): DiffDraft {
  const { olds, news } = change;
  const paths: Record<string, "ADD" | "DELETE" | "UPDATE"> = { ...draft.paths };
  const replaces = [...draft.replaces];
  if (olds["ipv6"] !== true && news["ipv6"] === true) paths["ipv6Address"] = "UPDATE";
  if (olds["ipv6"] === true && (news["ipv6"] ?? false) === false) {
    paths["ipv6"] = "UPDATE";
    // Where nothing else replaces, the plan's private part does, under the bridge's own name for it.
    if (replaces.length === 0) replaces.push("__meta");
  }
  // An import leaves it null, and null is not the default false.
  if (olds["gracefulShutdown"] === null && news["gracefulShutdown"] === undefined) {
    paths["gracefulShutdown"] = "ADD";
  }
  return { paths, replaces: [...new Set(replaces)] };
}

/** What the API does not tell of a droplet, so an import cannot know it. */
function unknownToImport(outputs: Props): Props {
  const nothing = ["backupPolicy", "dropletAgent", "gracefulShutdown", "sshKeys", "userData"];
  return {
    ...Object.fromEntries(nothing.map((key) => [key, null])),
    resizeDisk: true,
    tags: outputs["tags"] ?? [],
  };
}

function importInputs(outputs: Props): Props {
  const shown = ["image", "monitoring", "name", "privateNetworking", "publicNetworking", "region"];
  const keys = [...shown, "size", "vpcUuid", "backups", "ipv6", "ipv6Address", "tags", "volumeIds"];
  const telling = keys.filter((key) => {
    const value = outputs[key];
    return value !== false && value !== "" && value !== null && !equal(value, []);
  });
  return {
    __defaults: [],
    gracefulShutdown: null,
    ...Object.fromEntries(telling.map((key) => [key, outputs[key]])),
  };
}

function sha1(value: unknown): unknown {
  return value === UNKNOWN ? value : createHash("sha1").update(String(value)).digest("hex");
}
