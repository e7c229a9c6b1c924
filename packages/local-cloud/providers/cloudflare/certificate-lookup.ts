import type { InvokeHandler } from "../../emulator/handler";
import type { Props } from "../../emulator/values";
import { zoneOf } from "./api";

/**
 * `getCertificatePacks`: the universal certificate of a zone, for the zone and one level below it, and
 * packs put there to rehearse them (`cloudflare/certificate_pack`, with `zoneId`, `hosts` and
 * `status`). Not recorded: arguments and results are the SDK's (6.22.1).
 */
export const getCertificatePacks: InvokeHandler = (args, context) => {
  const path = `/zones/${String(args["zoneId"])}/ssl/certificate_packs`;
  const zone = zoneOf(context, { method: "GET", path }, args["zoneId"]);
  const pack = (id: string, type: string, hosts: unknown, status: unknown): Props => ({
    ...{ id, type, hosts, status, certificates: [], certificateAuthority: "google" },
    ...{ cloudflareBranding: false, primaryCertificate: "0", validityDays: 90 },
    ...{ validationMethod: "txt", validationErrors: [], validationRecords: [] },
  });
  const own = context.world
    .list("cloudflare/certificate_pack")
    .filter(({ data }) => data["zoneId"] === zone.id)
    .map(({ id, data }) => pack(id, "advanced", data["hosts"], data["status"] ?? "active"));
  const universal = pack(
    `${zone.id.slice(0, 31)}0`,
    "universal",
    [zone.name, `*.${zone.name}`],
    "active",
  );
  return Promise.resolve({ ...args, results: [universal, ...own] });
};
