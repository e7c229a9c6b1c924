import type { Context } from "../../emulator/handler";
import { isObject, type Props } from "../../emulator/values";
import { isUuid, readTags } from "./account";
import { publicIps } from "./server-addresses";
import { imageId, labelOf } from "./server-volume";

/**
 * What a read shows. `cloudInit` and `replaceOnTypeChange` are the state's own, never the cloud's.
 * Empty `known` means an import, which shows the address both ways.
 */
export function readServer(id: string, data: Props, _context: Context, known: Props): Props {
  const imported = Object.keys(known).length === 0;
  const attached = attachedTo(data);
  const seen = asKnown(id, data, known);
  return {
    ...data,
    ...seen,
    additionalVolumeIds: data["additionalVolumeIds"] ?? [],
    cloudInit: known["cloudInit"] ?? null,
    ipId: imported ? (attached[0] ?? "") : seen["ipId"],
    ipIds: imported ? attached : (seen["ipIds"] ?? []),
    replaceOnTypeChange: known["replaceOnTypeChange"] ?? null,
    tags: readTags(data, known),
  };
}

/**
 * The fields whose form is the state's: an image is shown as label or uuid, whichever the state
 * has; addresses are shown by `ipId`, `ipIds` or neither, however they are managed.
 */
export function asKnown(id: string, data: Props, known: Props): Props {
  const attached = attachedTo(data);
  const { ipId, ipIds } = known;
  const managed = Array.isArray(ipIds) && ipIds.length > 0;
  return {
    image: readImage(id, data, known),
    ipId: ipId ? (attached[0] ?? "") : "",
    ipIds: managed ? attached : (ipIds ?? null),
  };
}

function attachedTo(server: Props): unknown[] {
  return publicIps(server)
    .filter((ip) => ip["dynamic"] !== true)
    .map((ip) => ip["id"]);
}

function readImage(id: string, data: Props, known: Props): unknown {
  const image = data["image"];
  if (typeof image !== "string") return null;
  const inState = known["image"];
  if (typeof inState === "string" && !isUuid(inState.split("/").at(-1))) return inState;
  const zone = id.split("/")[0]!;
  const bare = image.split("/").at(-1)!;
  return isUuid(bare) ? `${zone}/${bare}` : imageId(labelOf(image, zone)!, zone);
}

/**
 * Inputs of an import, as the bridge draws them from the state: image and root volume both, so the
 * check that follows complains (the engine makes a warning of it), and `ipId` rather than `ipIds`.
 */
export function importServerInputs(outputs: Props): Props {
  const { bootType, image, ipId, name, projectId, securityGroupId, state, type, zone } = outputs;
  const { rootVolume, tags, userData } = outputs;
  const disk = isObject(rootVolume) ? rootVolume : {};
  const given = ["name", "sbsIops", "sizeInGb", "volumeId", "volumeType"].filter(
    (key) => disk[key],
  );
  const addresses = publicIps(outputs);
  const inputs: Props = {
    __defaults: [],
    bootType,
    image,
    name,
    projectId,
    replaceOnTypeChange: null,
    rootVolume: { __defaults: [], ...Object.fromEntries(given.map((key) => [key, disk[key]])) },
    securityGroupId,
    state,
    type,
    zone,
  };
  if (ipId) inputs["ipId"] = ipId;
  if (addresses.length > 0) inputs["publicIps"] = addresses.map(() => ({ __defaults: [] }));
  if (Array.isArray(tags) && tags.length > 0) inputs["tags"] = tags;
  if (isObject(userData) && Object.keys(userData).length > 0) {
    inputs["userData"] = { __defaults: [], ...userData };
  }
  return inputs;
}
