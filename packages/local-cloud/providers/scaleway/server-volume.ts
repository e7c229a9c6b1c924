import type { Context } from "../../emulator/handler";
import { isObject, type Props } from "../../emulator/values";
import { fixedId, inZone, isUuid, newId } from "./account";
import { defaultIops, hasImage, imageGb, imageLabels, typeIn } from "./catalog";
import { ApiError, notFound, PluginError } from "./errors";
import { serverKind, volumeKind } from "./kinds";

/** What a server is to be made from. */
export interface Order {
  readonly zone: string;
  readonly type: string;
  /** Marketplace label or uuid; undefined when the server boots from `rootVolume.volumeId`. */
  readonly image: string | undefined;
  readonly rootVolume: Props;
}

/**
 * The root volume that a create makes or takes. Checks in the provider's order, each with its text:
 * the type exists in the zone, local disks fit it, the image exists for that kind of disk. Without
 * `volumeType` the provider takes a network volume, also where the type includes a local disk.
 */
export function rootVolumeFor(order: Order, context: Context): Props {
  const { zone, type, image, rootVolume } = order;
  const sold = typeIn(zone, type);
  if (!sold) {
    throw new PluginError(
      `[type] could not find a server type associated with ${type} in zone ${zone}: Ensure that the server type is correct, and that it does exist in this zone.`,
    );
  }
  const given = rootVolume["sizeInGb"] === undefined ? undefined : Number(rootVolume["sizeInGb"]);
  const local = rootVolume["volumeType"] === "l_ssd";
  const localGb = local ? (given ?? sold.localGb) : 0;
  if (localGb < 0 || localGb > sold.localGb) {
    const limit = sold.localGb === 0 ? "equal to 0 B" : `between 0 B and ${sold.localGb} GB`;
    throw new PluginError(`${type} total local volume size must be ${limit}`);
  }
  if (image === undefined) return { ...takenVolume(rootVolume, zone, context), boot: false };
  const label = labelOf(image, zone);
  if (label === undefined || !hasImage(zone, label, local, sold)) {
    if (isUuid(image.split("/").at(-1))) throw notFound("instance_image", image);
    throw new PluginError(
      `could not get image '${zone}/${image.replace(/-/g, "_")}': scaleway-sdk-go: couldn't find a local image for the given zone (${zone}) and commercial type (${type})`,
    );
  }
  return {
    boot: rootVolume["boot"] ?? false,
    deleteOnTermination: rootVolume["deleteOnTermination"] ?? true,
    name: rootVolume["name"] ?? (local ? label : `${label}_sbs_volume_0`),
    sbsIops: local ? 0 : (rootVolume["sbsIops"] ?? defaultIops),
    sizeInGb: local ? localGb : (given ?? imageGb),
    volumeId: newId(zone),
    volumeType: local ? "l_ssd" : "sbs_volume",
  };
}

function takenVolume(rootVolume: Props, zone: string, context: Context): Props {
  const id = inZone(zone, rootVolume["volumeId"]);
  const volume = context.world.get(volumeKind, id)?.data;
  if (!volume) throw notFound("instance_volume", id);
  return { ...volume, deleteOnTermination: rootVolume["deleteOnTermination"] ?? true };
}

/** Uuid, with its zone, of the image that a label stands for there. */
export function imageId(label: string, zone: string): string {
  return fixedId(zone, `image ${label}`);
}

/** Label of an image given by label (dashes count as underscores) or uuid; undefined if unknown. */
export function labelOf(image: string, zone: string): string | undefined {
  const bare = image.split("/").at(-1)!;
  if (!isUuid(bare)) return bare.replace(/-/g, "_");
  return imageLabels.find((label) => imageId(label, zone).endsWith(bare));
}

/** The server whose root volume this is, or undefined. */
export function holderOf(volume: string, context: Context) {
  return context.world
    .list(serverKind)
    .find(({ data }) => isObject(data["rootVolume"]) && data["rootVolume"]["volumeId"] === volume);
}

/** A volume by id, held by a server or left behind by one. */
export function findVolume(volume: string, context: Context): Props | undefined {
  const held = holderOf(volume, context)?.data["rootVolume"];
  return isObject(held) ? held : context.world.get(volumeKind, volume)?.data;
}

/** The root volume after a change of its size, name or IOPS; network volumes only grow. */
export function changedVolume(now: Props, planned: Props, before: Props): Props {
  const changes = Object.fromEntries(
    ["sizeInGb", "name", "sbsIops", "deleteOnTermination", "boot"]
      .filter((key) => planned[key] !== undefined && planned[key] !== before[key])
      .map((key) => [key, planned[key]]),
  );
  if (changes["sizeInGb"] !== undefined && Number(changes["sizeInGb"]) < Number(now["sizeInGb"])) {
    throw new ApiError(
      "invalid argument(s): size does not respect constraint, size must be greater than current size",
    );
  }
  return { ...now, ...changes };
}
