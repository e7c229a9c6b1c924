import { bridged } from "../../emulator/bridged";
import { ProviderError, type ResourceHandler } from "../../emulator/handler";
import { plan } from "../../emulator/plan";
import { resource } from "../../emulator/resource";
import type { ResourceTable } from "../../emulator/table";
import { UNKNOWN } from "../../emulator/values";
import { forgetSnapshot, noteSnapshot } from "../snapshot-dates";
import { nextNumber, stamp } from "./catalog";
import { machineOf, machineSnapshotOf } from "./droplet-api";
import { authenticate, notFound } from "./errors";
import { notEmpty } from "./rules";

/** Snapshots of droplets, whose id is an image for new ones. Source: upstream's source. */
export const snapshotTable: ResourceTable = {
  type: "digitalocean:index/dropletSnapshot:DropletSnapshot",
  style: "sdkv2",
  kind: "digitalocean/dropletSnapshot",
  autoName: "name",
  inputs: {
    dropletId: { type: "string", required: true, forceNew: true, refuse: notEmpty },
    name: { type: "string", forceNew: true, refuse: notEmpty },
  },
  outputs: { createdAt: UNKNOWN, minDiskSize: UNKNOWN, regions: UNKNOWN, size: UNKNOWN },
  api: {
    async create(inputs, _planned, context) {
      const dropletId = String(inputs["dropletId"]);
      const doing = "Error creating Droplet Snapshot";
      const request = `POST /droplets/${dropletId}/actions`;
      authenticate(context, doing, request);
      if (!/^[1-9]\d*$/.test(dropletId)) {
        throw new ProviderError(`${doing}: id is invalid because cannot be less than 1`);
      }
      const droplet = context.world.get("digitalocean/droplet", dropletId);
      if (!droplet) throw notFound(doing, request);
      const number = Number(context.assignedId ?? nextNumber(context.world));
      await context.machines.snapshot(machineOf(dropletId), machineSnapshotOf(number));
      noteSnapshot(String(number), context);
      return {
        id: String(number),
        outputs: {
          createdAt: stamp(context),
          minDiskSize: droplet.data["disk"],
          regions: [droplet.data["region"]],
          size: 2.36,
        },
      };
    },
    deleteGone(id, context) {
      const request = `DELETE /snapshots/${id}`;
      authenticate(context, "Error deleting snapshot", request);
      throw notFound("Error deleting snapshot", request);
    },
    delete: (id, _outputs, context) => {
      forgetSnapshot(id, context);
      return context.machines.deleteSnapshot(machineSnapshotOf(id));
    },
  },
};

/** Snapshots of droplets. */
export const dropletSnapshot: ResourceHandler = bridged(resource(snapshotTable), (inputs, olds) =>
  plan(snapshotTable, inputs, olds),
);
