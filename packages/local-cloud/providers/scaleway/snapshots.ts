import type { Context } from "../../emulator/handler";
import type { ResourceTable } from "../../emulator/table";
import { UNKNOWN, type Props } from "../../emulator/values";
import { forgetSnapshot, noteSnapshot } from "../snapshot-dates";
import {
  checkLocality,
  inZone,
  newId,
  ownership,
  readTags,
  stamp,
  uuidProblem,
  zoneForCall,
  zoneOf,
} from "./account";
import { notFound } from "./errors";
import { machineKind } from "./kinds";
import { machineId } from "./machine";
import { oneOf, projectId, tags } from "./resource";
import { findVolume, holderOf } from "./server-volume";

const source: ResourceTable["inputs"] = {
  import: { type: "object", forceNew: true },
  name: { type: "string" },
  projectId,
  tags,
  volumeId: {
    type: "string",
    forceNew: true,
    refuse: (value, { name }, place) => {
      const problem = uuidProblem(String(value).split("/").at(-1));
      return value === UNKNOWN || !problem
        ? undefined
        : `${problem}. Examine values at '${name}.${place}'.`;
    },
  },
};

/** Refuses a volume of another zone. */
export function checkSnapshotPlan(inputs: Props, context: Context): void {
  checkLocality(zoneOf(inputs, context), [["volume_id", inputs["volumeId"]]]);
}

/**
 * Snapshots of local volumes; network volumes are unknown to this API. The provider leaves size,
 * zone and owners of a new one empty. Source: the provider's recorded calls.
 */
export const instanceSnapshot: ResourceTable = {
  type: "scaleway:instance/snapshot:Snapshot",
  style: "sdkv2",
  kind: "scaleway/instance-snapshot",
  autoName: "name",
  inputs: {
    ...source,
    type: {
      type: "string",
      computed: true,
      forceNew: true,
      refuse: oneOf("unknown_volume_type", "l_ssd", "b_ssd", "unified", "scratch"),
    },
  },
  outputs: { createdAt: UNKNOWN, organizationId: UNKNOWN, sizeInGb: UNKNOWN },
  api: {
    async create(inputs, _planned, context) {
      const zone = zoneForCall(inputs, context);
      const volumeId = inZone(zone, inputs["volumeId"] ?? "");
      const volume = findVolume(volumeId, context);
      if (volume?.["volumeType"] !== "l_ssd") throw notFound("instance_volume", volumeId);
      const id = context.assignedId ?? newId(zone);
      await keepDisk(volumeId, id, context);
      noteSnapshot(id, context);
      return {
        id,
        outputs: {
          createdAt: stamp(context),
          organizationId: null,
          projectId: null,
          sizeInGb: null,
          type: inputs["type"] ?? "l_ssd",
          volumeId,
          zone: null,
        },
      };
    },
    update: (id, { planned }, context) => renamed(instanceSnapshot, id, planned, context),
    delete: discarded,
    read: (_id, data, _context, known) => ({ ...data, tags: readTags(data, known) }),
  },
};

/** Snapshots of network volumes. The volume is shown without its zone. */
export const blockSnapshot: ResourceTable = {
  type: "scaleway:block/snapshot:Snapshot",
  style: "sdkv2",
  kind: "scaleway/block-snapshot",
  autoName: "name",
  inputs: {
    ...source,
    volumeId: { ...source["volumeId"]!, same: sameVolume },
    export: { type: "object" },
  },
  outputs: { srn: UNKNOWN },
  api: {
    async create(inputs, _planned, context) {
      const zone = zoneForCall(inputs, context);
      const volumeId = inZone(zone, inputs["volumeId"] ?? "");
      const volume = findVolume(volumeId, context);
      if (!volume || volume["volumeType"] === "l_ssd") throw notFound("volume", volumeId);
      const id = context.assignedId ?? newId(zone);
      await keepDisk(volumeId, id, context);
      noteSnapshot(id, context);
      return {
        id,
        outputs: {
          projectId: ownership(inputs, context)["projectId"],
          srn: `srn://block.scw.eu/zones/${zone}/snapshots/${id.split("/")[1]}`,
          volumeId: volumeId.split("/")[1],
          zone,
        },
      };
    },
    update: (id, { planned }, context) => renamed(blockSnapshot, id, planned, context),
    delete: discarded,
    read: (_id, data, _context, known) => ({ ...data, tags: readTags(data, known) }),
  },
};

function discarded(id: string, _outputs: Props, context: Context): Promise<void> {
  forgetSnapshot(id, context);
  return context.machines.deleteSnapshot(machineSnapshotOf(id));
}

function renamed(table: ResourceTable, id: string, planned: Props, context: Context): Props {
  const now = context.world.get(table.kind, id)?.data;
  if (!now) throw notFound("instance_snapshot", id);
  return { ...now, name: planned["name"], tags: planned["tags"] };
}

function sameVolume(state: unknown, input: unknown): boolean {
  return String(state).split("/").at(-1) === String(input).split("/").at(-1);
}

/** Keeps the disk of the machine behind the server that holds the volume, if there is one. */
async function keepDisk(volumeId: string, snapshot: string, context: Context): Promise<void> {
  const holder = holderOf(volumeId, context);
  if (!holder || !context.world.get(machineKind, holder.id)) return;
  await context.machines.snapshot(machineId(holder.id), machineSnapshotOf(snapshot));
}

/** Id of a snapshot among those of the machines. */
function machineSnapshotOf(snapshot: string): string {
  return `scaleway-snapshot-${snapshot.split("/")[1]!.slice(0, 8)}`;
}
