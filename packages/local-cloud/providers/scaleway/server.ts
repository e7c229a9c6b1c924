import type { CheckFailure, Subject } from "../../emulator/handler";
import type { Field, ResourceTable } from "../../emulator/table";
import { hasUnknown, isObject, UNKNOWN, type Props } from "../../emulator/values";
import { isUuid, sameId } from "./account";
import { serverKind } from "./kinds";
import { oneOf, projectId, tags } from "./resource";
import { createServer, deleteServer, updateServer } from "./server-api";
import { adjustServerDiff, sameReference } from "./server-plan";
import { importServerInputs, readServer } from "./server-read";

const reference: Field = { type: "string", same: sameReference };

const rootVolume: Field = {
  type: "object",
  computed: true,
  fields: {
    boot: { type: "boolean", absent: false },
    deleteOnTermination: { type: "boolean", default: true },
    name: { type: "string", computed: true },
    sbsIops: { type: "integer", computed: true },
    sizeInGb: { type: "integer", computed: true },
    volumeId: { type: "string", computed: true, same: sameId },
    volumeType: { type: "string", computed: true, refuse: refuseVolumeType },
  },
};

/** Instances. Source: the provider's recorded calls and, for what they do not show, its source. */
export const server: ResourceTable = {
  type: "scaleway:instance/server:Server",
  style: "sdkv2",
  kind: serverKind,
  autoName: "name",
  inputs: {
    additionalVolumeIds: { type: "list", same: sameReference },
    adminPasswordEncryptionSshKeyId: { type: "string" },
    bootType: { type: "string", default: "local", refuse: oneOf("local", "bootscript", "rescue") },
    bootscriptId: { type: "string", computed: true },
    cloudInit: { type: "string", computed: true, refuse: refuseLength },
    enableDynamicIp: { type: "boolean", absent: false },
    filesystems: { type: "list", computed: true },
    image: { type: "string", same: sameImage },
    ipId: reference,
    ipIds: { type: "list", same: sameReference },
    name: { type: "string", computed: true },
    placementGroupId: reference,
    privateIps: { type: "list", computed: true },
    privateNetworks: {
      type: "list",
      absent: [],
      fields: {
        macAddress: { type: "string", computed: true },
        pnId: { type: "string", required: true },
        pnicId: { type: "string", computed: true },
        status: { type: "string", computed: true },
        zone: { type: "string" },
      },
    },
    projectId,
    protected: { type: "boolean", absent: false },
    publicIps: { type: "list", computed: true },
    replaceOnTypeChange: { type: "boolean", absent: false },
    rootVolume,
    securityGroupId: { ...reference, computed: true },
    state: { type: "string", computed: true, refuse: oneOf("started", "stopped", "standby") },
    tags,
    type: { type: "string", required: true },
    // No `map`: this provider's maps carry none of the bridge's bookkeeping.
    userData: { type: "object", computed: true, refuse: refuseNoMap },
  },
  outputs: { organizationId: UNKNOWN, placementGroupPolicyRespected: UNKNOWN },
  validate: checkCombinations,
  adjustDiff: adjustServerDiff,
  adjustPlan: (outputs) => ({ ...outputs, userData: withoutBookkeeping(outputs["userData"]) }),
  api: {
    create: createServer,
    update: updateServer,
    delete: deleteServer,
    read: readServer,
    importInputs: importServerInputs,
  },
};

/** `image` and `rootVolume.volumeId`: exactly one; `ipId` and `ipIds`: one at most. */
function checkCombinations(inputs: Props, { name }: Subject): CheckFailure[] {
  const volume = isObject(inputs["rootVolume"]) ? inputs["rootVolume"] : undefined;
  const hasImage = inputs["image"] !== undefined;
  const hasVolume = volume?.["volumeId"] !== undefined;
  const either = "`image,root_volume.0.volume_id`";
  const combination = (path: string, field: string, problem: string): CheckFailure => ({
    property: "",
    reason: `Invalid combination of arguments. "${field}": ${problem}. Examine values at '${name}.${path}'.`,
  });
  const failures: CheckFailure[] = [];
  if (hasImage === hasVolume) {
    const problem = hasImage
      ? `only one of ${either} can be specified, but ${either} were specified.`
      : `one of ${either} must be specified`;
    failures.push(combination("image", "image", problem));
    if (volume) {
      failures.push(combination("rootVolume.volumeId", "root_volume.0.volume_id", problem));
    }
  }
  if (inputs["ipId"] !== undefined && inputs["ipIds"] !== undefined) {
    const conflict = (path: string, field: string, other: string): CheckFailure => ({
      property: "",
      reason: `Conflicting configuration arguments. "${field}": conflicts with ${other}. Examine values at '${name}.${path}'.`,
    });
    // Only what is known itself is looked at.
    if (!hasUnknown(inputs["ipIds"])) failures.push(conflict("ipIds", "ip_ids", "ip_id"));
    if (!hasUnknown(inputs["ipId"])) failures.push(conflict("ipId", "ip_id", "ip_ids"));
  }
  return failures;
}

function refuseVolumeType(value: unknown, subject: Subject, place: string): string | undefined {
  if (value === "b_ssd") {
    return `b_ssd volumes are not supported anymore. Remove explicit b_ssd volume_type, migrate to sbs or downgrade terraform.\nLearn more about migration: https://www.scaleway.com/en/docs/instances/how-to/migrate-volumes-snapshots-to-sbs/. Examine values at '${subject.name}.${place}'.`;
  }
  const words = ["l_ssd", "b_ssd", "unified", "scratch", "sbs_volume", "sbs_snapshot"];
  return oneOf(...words)(value, subject, place);
}

function refuseNoMap(value: unknown, { name }: Subject, place: string): string | undefined {
  if (isObject(value)) return undefined;
  return `Attribute must be a map. Examine values at '${name}.${place}'.`;
}

function refuseLength(value: unknown, { name }: Subject, place: string): string | undefined {
  const text = String(value);
  if (Buffer.byteLength(text) <= 127_998) return undefined;
  return `expected length of cloud_init to be in the range (0 - 127998), got ${text}. Examine values at '${name}.${place}'.`;
}

function sameImage(state: unknown, input: unknown): boolean {
  return state === input || (isUuid(String(input).split("/").at(-1)) && sameId(state, input));
}

function withoutBookkeeping(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== "__defaults"));
}
