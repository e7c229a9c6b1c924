import type { ResourceTable } from "../../../emulator/table";
import { isObject, UNKNOWN } from "../../../emulator/values";
import { forgetSnapshot, noteSnapshot } from "../../snapshot-dates";
import { failed } from "../errors";
import { newId, regionOf } from "../ids";
import { region, tags } from "../resource";
import { accountOf } from "../seed";
import { machineOf } from "./machine";

/** Snapshots of a disk. */
export const snapshot: ResourceTable = {
  type: "aws:ebs/snapshot:Snapshot",
  style: "sdkv2",
  kind: "aws/snapshot",
  inputs: {
    region,
    ...tags,
    volumeId: { type: "string", required: true, forceNew: true },
    description: { type: "string", forceNew: true },
    outpostArn: { type: "string", forceNew: true },
    permanentRestore: { type: "boolean" },
    storageTier: { type: "string", computed: true },
    temporaryRestoreDays: { type: "integer" },
  },
  outputs: {
    arn: UNKNOWN,
    dataEncryptionKeyId: UNKNOWN,
    encrypted: UNKNOWN,
    kmsKeyId: UNKNOWN,
    ownerAlias: UNKNOWN,
    ownerId: UNKNOWN,
    volumeSize: UNKNOWN,
  },
  api: {
    async create(inputs, _planned, context) {
      const volumeId = String(inputs["volumeId"]);
      const instance = context.world.find("aws/instance", (data) => {
        const disk = data["rootBlockDevice"];
        return isObject(disk) && disk["volumeId"] === volumeId;
      });
      if (!instance) {
        throw failed("creating EBS Snapshot", {
          service: "EC2",
          action: "CreateSnapshot",
          status: 400,
          code: "InvalidVolume.NotFound",
          message: `The volume '${volumeId}' does not exist.`,
        });
      }
      const id = context.assignedId ?? newId("snap");
      await context.machines.snapshot(machineOf(instance.id), id);
      const disk = instance.data["rootBlockDevice"];
      noteSnapshot(id, context);
      return {
        id,
        outputs: {
          arn: `arn:aws:ec2:${regionOf(inputs, context)}::snapshot/${id}`,
          dataEncryptionKeyId: "",
          encrypted: isObject(disk) && disk["encrypted"] === true,
          kmsKeyId: "",
          ownerAlias: "",
          ownerId: accountOf(context.world),
          region: regionOf(inputs, context),
          storageTier: "standard",
          volumeSize: isObject(disk) ? disk["volumeSize"] : 8,
        },
      };
    },
    delete: (id, _outputs, context) => {
      forgetSnapshot(id, context);
      return context.machines.deleteSnapshot(id);
    },
  },
};
