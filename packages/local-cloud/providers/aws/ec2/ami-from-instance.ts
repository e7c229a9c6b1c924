import type { ResourceTable } from "../../../emulator/table";
import { UNKNOWN } from "../../../emulator/values";
import { noteSnapshot } from "../../snapshot-dates";
import { failed } from "../errors";
import { newId, regionOf } from "../ids";
import { region, tags } from "../resource";
import { accountOf } from "../seed";
import { machineOf } from "./machine";

const imageFacts = {
  architecture: "x86_64",
  bootMode: "uefi-preferred",
  enaSupport: true,
  hypervisor: "xen",
  imageOwnerAlias: "",
  imageType: "machine",
  imdsSupport: "v2.0",
  kernelId: "",
  lastLaunchedTime: "",
  manageEbsSnapshots: true,
  platform: "",
  platformDetails: "Linux/UNIX",
  public: false,
  ramdiskId: "",
  rootDeviceName: "/dev/sda1",
  sriovNetSupport: "simple",
  tpmSupport: "",
  uefiData: "",
  usageOperation: "RunInstances",
  virtualizationType: "hvm",
} as const;

/** Machine images made from an instance: what a clone starts from. */
export const amiFromInstance: ResourceTable = {
  type: "aws:ec2/amiFromInstance:AmiFromInstance",
  style: "sdkv2",
  kind: "aws/ami",
  autoName: "name",
  inputs: {
    region,
    ...tags,
    name: { type: "string", forceNew: true },
    sourceInstanceId: { type: "string", required: true, forceNew: true },
    snapshotWithoutReboot: { type: "boolean", forceNew: true },
    description: { type: "string" },
    deprecationTime: { type: "string" },
    ebsBlockDevices: { type: "set", computed: true },
    ephemeralBlockDevices: { type: "set", computed: true },
  },
  outputs: {
    ...Object.fromEntries(Object.keys(imageFacts).map((key) => [key, UNKNOWN])),
    arn: UNKNOWN,
    imageLocation: UNKNOWN,
    ownerId: UNKNOWN,
    rootSnapshotId: UNKNOWN,
  },
  api: {
    async create(inputs, _planned, context) {
      const source = String(inputs["sourceInstanceId"]);
      if (!context.world.get("aws/instance", source)) {
        throw failed(`creating EC2 AMI (${String(inputs["name"])}) from EC2 Instance (${source})`, {
          service: "EC2",
          action: "CreateImage",
          status: 400,
          code: "InvalidInstanceID.NotFound",
          message: `The instance ID '${source}' does not exist`,
        });
      }
      const id = context.assignedId ?? newId("ami");
      const rootSnapshotId = newId("snap");
      noteSnapshot(rootSnapshotId, context);
      const where = regionOf(inputs, context);
      await context.machines.snapshot(machineOf(source), id);
      return {
        id,
        outputs: {
          ...imageFacts,
          arn: `arn:aws:ec2:${where}::image/${id}`,
          ebsBlockDevices: [],
          ephemeralBlockDevices: [],
          imageLocation: `${accountOf(context.world)}/${String(inputs["name"])}`,
          ownerId: accountOf(context.world),
          region: where,
          rootSnapshotId,
        },
      };
    },
    delete: (id, _outputs, context) => context.machines.deleteSnapshot(id),
  },
};
