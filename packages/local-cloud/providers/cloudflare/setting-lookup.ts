import type { InvokeHandler } from "../../emulator/handler";
import { refusal, zoneOf, type Request } from "./api";
import { zoneSetting } from "./zone-setting";

/** `getZoneSetting`: the value of one setting. Not recorded: arguments and results are the SDK's (6.22.1). */
export const getZoneSetting: InvokeHandler = (args, context) => {
  const id = String(args["settingId"]);
  const request: Request = {
    method: "GET",
    path: `/zones/${String(args["zoneId"])}/settings/${id}`,
  };
  const zone = zoneOf(context, request, args["zoneId"]);
  const held =
    context.world.get(zoneSetting.kind, `${zone.id}/${id}`)?.data ??
    zoneSetting.implicit?.(id, { zoneId: zone.id }, context);
  if (!held) {
    throw refusal(context, request, 400, { code: 1006, message: `Undefined zone setting: ${id}` });
  }
  const { value, editable = true, modifiedOn = "" } = held;
  const rest = { enabled: false, timeRemaining: 0 };
  return Promise.resolve({ ...args, ...rest, id, settingId: id, value, editable, modifiedOn });
};
