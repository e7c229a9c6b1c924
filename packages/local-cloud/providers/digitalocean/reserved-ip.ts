import { allocate, release } from "../../emulator/addresses";
import { bridged, HalfMade } from "../../emulator/bridged";
import { ProviderError, type Context, type ResourceHandler } from "../../emulator/handler";
import { plan } from "../../emulator/plan";
import { resource } from "../../emulator/resource";
import type { ResourceTable } from "../../emulator/table";
import { UNKNOWN } from "../../emulator/values";
import { lowerCase, nextNumber, regions } from "./catalog";
import { authenticate, notFound, refused } from "./errors";
import { isIpv4 } from "./rules";
import { assignedDroplet, judgeAssignment } from "./reserved-ip-assignment";

const kind = "digitalocean/reservedIp";

/**
 * Reserved IPs. Source: the provider's recorded calls and upstream's source. They are records: the
 * machine behind a droplet answers on the droplet's own address only.
 */
export const reservedIpTable: ResourceTable = {
  type: "digitalocean:index/reservedIp:ReservedIp",
  style: "sdkv2",
  kind,
  inputs: {
    region: { type: "string", required: true, forceNew: true, toState: lowerCase },
    ipAddress: { type: "string", computed: true, refuse: isIpv4 },
    dropletId: { type: "integer" },
  },
  outputs: { reservedIpUrn: UNKNOWN },
  api: {
    create(inputs, planned, context) {
      const doing = "Error creating reserved IP";
      const request = "POST /reserved_ips";
      authenticate(context, doing, request);
      if (!(String(inputs["region"]).toLowerCase() in regions)) {
        throw refused(doing, request, 422, "Region is invalid");
      }
      const address = allocate(context.world, `${kind}/${nextNumber(context.world)}`);
      if (inputs["dropletId"] !== undefined) {
        const region = String(inputs["region"]);
        try {
          judgeAssignment(address, Number(inputs["dropletId"]), region, context);
        } catch (error) {
          if (!(error instanceof ProviderError)) throw error;
          const outputs = { ...planned, ipAddress: address, id: address, dropletId: null };
          const reservedIpUrn = `do:reservedip:${address}`;
          context.world.put(kind, address, { ...outputs, reservedIpUrn });
          throw new HalfMade(address, error);
        }
      }
      return {
        id: address,
        outputs: { ipAddress: address, reservedIpUrn: `do:reservedip:${address}` },
      };
    },
    update(id, { news }, context) {
      const request = `GET /reserved_ips/${id}`;
      const present = context.world.get(kind, id);
      if (!present) throw notFound("Error retrieving reserved IP", request);
      if (news["dropletId"] !== undefined && news["dropletId"] !== null) {
        const region = String(present.data["region"]);
        judgeAssignment(id, Number(news["dropletId"]), region, context);
      }
      return {};
    },
    deleteGone(id, context) {
      const request = `DELETE /reserved_ips/${id}`;
      authenticate(context, "Error deleting reserved IP", request);
      throw notFound("Error deleting reserved IP", request);
    },
    delete(id, outputs, context) {
      const doing = "Error deleting reserved IP";
      const request = `DELETE /reserved_ips/${id}`;
      authenticate(context, doing, request);
      // A droplet named by the resource itself is let go first; one of an assignment is not.
      const own = outputs["dropletId"] !== null && outputs["dropletId"] !== undefined;
      if (!own && assignedDroplet(id, context) !== undefined) {
        throw refused(
          doing,
          request,
          400,
          "flip released failed: assigned FLIP cannot be released",
        );
      }
      release(context.world, id);
    },
    read: (id, outputs, context, known) => ({
      ...outputs,
      dropletId: dropletShown(id, known["dropletId"] ?? outputs["dropletId"], known, context),
    }),
  },
};

/** The droplet is read back only when the program gave one, or on import. */
function dropletShown(
  id: string,
  given: unknown,
  known: Record<string, unknown>,
  context: Context,
): unknown {
  const imported = Object.keys(known).length === 0;
  if (!imported && !given) return given ?? null;
  return assignedDroplet(id, context) ?? given ?? null;
}

/** Reserved IPs. */
export const reservedIp: ResourceHandler = bridged(resource(reservedIpTable), (inputs, olds) =>
  plan(reservedIpTable, inputs, olds),
);
