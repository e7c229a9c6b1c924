import type { Context } from "../../emulator/handler";
import type { DiffDraft } from "../../emulator/table";
import { equal, isObject, UNKNOWN, type Props } from "../../emulator/values";
import { checkLocality, isUuid, sameId, zoneOf } from "./account";
import { typeIn } from "./catalog";
import { ApiError, notFound, PluginError } from "./errors";
import { serverKind } from "./kinds";
import { labelOf } from "./server-volume";

/** Refuses references into another zone; runs for every plan, a create's preview included. */
export function checkServerPlan(inputs: Props, context: Context): void {
  const list = (key: string): unknown[] => (Array.isArray(inputs[key]) ? inputs[key] : []);
  checkLocality(zoneOf(inputs, context), [
    ["placement_group_id", inputs["placementGroupId"]],
    ...list("additionalVolumeIds").map((id, i) => [`additional_volume_ids.${i}`, id] as const),
    ["ip_id", inputs["ipId"]],
    ...list("ipIds").map((id, i) => [`ip_ids.${i}`, id] as const),
  ]);
}

/**
 * What the provider decides by asking the API while it plans: whether a new type can hold the local
 * disks, and whether image or local disk size force a replacement. Replacements found this way have
 * no property of their own and show as `__meta`.
 */
export function adjustServerDiff(
  draft: DiffDraft,
  change: { olds: Props; oldInputs: Props; news: Props; id: string },
  context: Context,
): DiffDraft {
  const { olds, news, id } = change;
  const zone = news["zone"] ?? olds["zone"];
  checkServerPlan({ ...news, ...(zone ? { zone } : {}) }, context);
  const paths: Record<string, "ADD" | "DELETE" | "UPDATE"> = { ...draft.paths };
  const replaces = new Set(draft.replaces);
  if ("rootVolume.volumeType" in paths || "rootVolume.volumeId" in paths) {
    replaces.add("rootVolume");
  }
  const replacedByPlan =
    ("type" in paths && typeReplaces(id, news, context)) ||
    ("image" in paths && imageReplaces(id, news, context)) ||
    ("rootVolume.sizeInGb" in paths && sizeReplaces(id, context));
  if (replacedByPlan) {
    paths["__meta"] = "UPDATE";
    replaces.add("__meta");
  }
  // A map that was never read (a create that failed half-way) counts as one to be filled in.
  if ((olds["userData"] ?? null) === null && news["userData"] === undefined) {
    paths["userData"] = "ADD";
  }
  return { paths, replaces: [...replaces].sort() };
}

function serverOf(id: string, context: Context, doing = ""): Props {
  const data = context.world.get(serverKind, id)?.data;
  if (data) return data;
  const { message } = notFound("instance_server", id);
  throw new PluginError(`${doing}${message}`);
}

function typeReplaces(id: string, news: Props, context: Context): boolean {
  if (news["replaceOnTypeChange"] === true) return true;
  const wanted = String(news["type"]);
  if (wanted === UNKNOWN) return false;
  const server = serverOf(id, context, "failed to check server type change: ");
  const sold = typeIn(id.split("/")[0]!, wanted);
  if (!sold) {
    const { message } = new ApiError(`could not find server type "${wanted}"`);
    throw new PluginError(`cannot change server type: ${message}`);
  }
  const disk = isObject(server["rootVolume"]) ? server["rootVolume"] : {};
  const localGb = disk["volumeType"] === "l_ssd" ? Number(disk["sizeInGb"]) : 0;
  if (localGb > sold.localGb) {
    throw new PluginError(
      `cannot change server type: local volume total size does not respect type constraint, expected beteween (0GB, ${sold.localGb}GB), got ${localGb}GB`,
    );
  }
  return false;
}

/** The label is compared letter by letter, so a dash for an underscore replaces the server. */
function imageReplaces(id: string, news: Props, context: Context): boolean {
  const wanted = String(news["image"] ?? "");
  if (wanted === "" || wanted === UNKNOWN) return false;
  const zone = id.split("/")[0]!;
  const current = serverOf(id, context)["image"];
  if (typeof current !== "string") return true;
  if (isUuid(wanted.split("/").at(-1)) && sameId(current, wanted)) return false;
  const label = labelOf(current, zone);
  const wantedLabel = isUuid(wanted.split("/").at(-1)) ? labelOf(wanted, zone) : wanted;
  return label === undefined || label !== wantedLabel;
}

function sizeReplaces(id: string, context: Context): boolean {
  const server = serverOf(id, context, "failed to check server root volume type: ");
  return isObject(server["rootVolume"]) && server["rootVolume"]["volumeType"] === "l_ssd";
}

/** Compares references that may or may not name their zone, one or a list of them. */
export function sameReference(state: unknown, input: unknown): boolean {
  if (equal(state, input) || sameId(state, input)) return true;
  return (
    Array.isArray(state) &&
    Array.isArray(input) &&
    state.length === input.length &&
    input.every((item, index) => sameReference(state[index], item))
  );
}
