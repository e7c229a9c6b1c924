import { bridged } from "../../emulator/bridged";
import { ProviderError, type Context, type ResourceHandler } from "../../emulator/handler";
import { plan } from "../../emulator/plan";
import { resource } from "../../emulator/resource";
import type { ResourceTable } from "../../emulator/table";
import { authenticate, notFound, refused } from "./errors";
import { isIpv4, notEmpty } from "./rules";

const kind = "digitalocean/reservedIpAssignment";

/** Which reserved IP leads to which droplet. Source: recorded calls and upstream's source. */
export const assignmentTable: ResourceTable = {
  type: "digitalocean:index/reservedIpAssignment:ReservedIpAssignment",
  style: "sdkv2",
  kind,
  inputs: {
    dropletId: { type: "integer", required: true, forceNew: true, refuse: notEmpty },
    ipAddress: { type: "string", required: true, forceNew: true, refuse: isIpv4 },
  },
  outputs: {},
  api: {
    create(inputs, _planned, context) {
      const address = String(inputs["ipAddress"]);
      const droplet = Number(inputs["dropletId"]);
      const reserved = context.world.get("digitalocean/reservedIp", address);
      judgeAssignment(address, droplet, String(reserved?.data["region"] ?? ""), context);
      return { id: assignmentId(address, droplet, context), outputs: {} };
    },
    delete(_id, outputs, context) {
      const address = String(outputs["ipAddress"]);
      const request = `GET /reserved_ips/${address}`;
      if (!context.world.get("digitalocean/reservedIp", address)) {
        throw notFound("Error retrieving reserved IP", request);
      }
    },
    // One that leads elsewhere by now is let go; only its address must still be there.
    deleteGone(id, context) {
      const address = /^\d+-([\d.]+)-/.exec(id)?.[1] ?? "";
      if (context.world.get("digitalocean/reservedIp", address)) return;
      throw notFound("Error retrieving reserved IP", `GET /reserved_ips/${address}`);
    },
    importId: (id) => {
      if (id.includes(",")) return id;
      throw new ProviderError(
        "must use the reserved IP and the ID of the Droplet joined with a comma (e.g. `ip_address,droplet_id`)",
      );
    },
  },
};

/** The droplet that a reserved IP leads to; the latest assignment wins. */
export function assignedDroplet(address: string, context: Context): number | undefined {
  const droplet =
    context.world
      .list(kind)
      .filter(({ data }) => data["ipAddress"] === address)
      .at(-1)?.data["dropletId"] ??
    context.world.get("digitalocean/reservedIp", address)?.data["dropletId"];
  const there = droplet && context.world.get("digitalocean/droplet", String(droplet));
  return there ? Number(droplet) : undefined;
}

/** Refuses an assignment whose address or droplet is not there, or that crosses regions. */
export function judgeAssignment(
  address: string,
  droplet: number,
  region: string,
  context: Context,
): void {
  const doing = `Error Assigning reserved IP (${address}) to the droplet`;
  const request = `POST /reserved_ips/${address}/actions`;
  authenticate(context, doing, request);
  const found = context.world.get("digitalocean/droplet", String(droplet));
  if (!found) {
    const waiting = `Error waiting for droplet (${droplet}) to be ready for reserved IP assign`;
    const retrieving = `${waiting}: Error retrieving droplet (${droplet}) actions`;
    throw notFound(retrieving, `GET /droplets/${droplet}/actions?per_page=50`);
  }
  if (region === "") throw notFound(doing, request);
  if (found.data["region"] !== region.toLowerCase()) {
    // The rule is documented, the wording is not recorded.
    throw refused(doing, request, 422, "The reserved IP and the Droplet must be in one region");
  }
}

/** `<droplet>-<address>-` and the provider's own time stamp with a counter, as recorded. */
function assignmentId(address: string, droplet: number, context: Context): string {
  const digits = context.now().toISOString().replace(/\D/g, "");
  const counter = context.world.next(kind).toString(16).padStart(8, "0");
  return `${droplet}-${address}-${digits.padEnd(18, "0")}${counter}`;
}

const table = resource(assignmentTable);

/** Assignments; one is gone as soon as its address leads elsewhere. */
export const reservedIpAssignment: ResourceHandler = bridged(
  {
    ...table,
    async read(subject, known, context) {
      if (Object.keys(known.inputs).length === 0) return importAssignment(subject.id, context);
      const address = String(known.outputs["ipAddress"]);
      const there = assignedDroplet(address, context) === Number(known.outputs["dropletId"]);
      return there ? table.read(subject, known, context) : undefined;
    },
  },
  (inputs, olds) => plan(assignmentTable, inputs, olds),
);

function importAssignment(id: string, context: Context) {
  const [ipAddress = "", droplet = ""] = assignmentTable.api.importId!(id).split(",");
  const dropletId = Number(droplet);
  if (!ipAddress || assignedDroplet(ipAddress, context) !== dropletId) return undefined;
  const made = assignmentId(ipAddress, dropletId, context);
  const outputs = { id: made, dropletId, ipAddress };
  context.world.put(kind, made, outputs);
  return { id: made, outputs, inputs: { __defaults: [], dropletId, ipAddress } };
}
