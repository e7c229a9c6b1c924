import type { InvokeHandler } from "../../../emulator/handler";
import type { Props } from "../../../emulator/values";
import type { World } from "../../../emulator/world";
import { snapshotDate } from "../../snapshot-dates";
import { regionOf } from "../ids";
import { lookupFailed } from "./failed";

/** One snapshot of a disk by id; those of images are told with the image's disk. */
export const getSnapshot: InvokeHandler = (args, context) => {
  const ids = Array.isArray(args["snapshotIds"]) ? args["snapshotIds"].map(String) : [];
  const region = regionOf(args, context);
  const found = ids.flatMap((id) => {
    const facts = snapshotFacts(context.world, id);
    return facts && facts["region"] === region ? [{ id, facts }] : [];
  });
  const [only] = found;
  if (!only || found.length > 1) {
    throw lookupFailed(
      "reading EBS Snapshot",
      `Your query returned ${only ? "more than one result" : "no results"}. Please change your search criteria and try again.`,
    );
  }
  const { id, facts } = only;
  const date = snapshotDate(context.world, id);
  return Promise.resolve({
    ...args,
    ...facts,
    id,
    snapshotId: id,
    startTime: date?.takenAt ?? "",
    state: date?.state ?? "completed",
  });
};

function snapshotFacts(world: World, id: string): Props | undefined {
  const own = world.get("aws/snapshot", id)?.data;
  if (own) return own;
  const image = world.find("aws/ami", (data) => data["rootSnapshotId"] === id);
  const source = world.get("aws/instance", String(image?.data["sourceInstanceId"]))?.data;
  const disk = source?.["rootBlockDevice"] as Props | undefined;
  return image && { region: image.data["region"], volumeId: disk?.["volumeId"] ?? "" };
}
