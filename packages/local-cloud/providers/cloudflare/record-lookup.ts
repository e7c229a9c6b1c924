import { ProviderError, type InvokeHandler } from "../../emulator/handler";
import { isObject, type Props } from "../../emulator/values";
import { refusal, zoneOf, type Request } from "./api";

/** Records that a look-up gives unless `maxItems` says otherwise. */
const usualMost = 1000;

/**
 * `getDnsRecords`: the records of a zone that fit `name`, `type`, `proxied` and `shadowingName`, as `results`;
 * other filters are not emulated. Names have no case. Nothing of it is recorded: the arguments are
 * the SDK's (6.22.1), the order of things upstream's list data source, and the texts those of the
 * recorded calls about one record.
 */
export const getDnsRecords: InvokeHandler = (args, context) => {
  const { zoneId, name, type, proxied, shadowingName, maxItems, ...rest } = args;
  const { includeShadowMetadata, ...others } = rest;
  const unknown = Object.keys(others);
  if (unknown.length > 0) {
    throw new ProviderError(`getDnsRecords by ${unknown.join(", ")} is not emulated`);
  }
  void includeShadowMetadata;
  const request: Request = { method: "GET", path: `/zones/${String(zoneId)}/dns_records` };
  const zone = zoneOf(context, request, zoneId);
  const shadowed = typeof shadowingName === "string" ? shadowingName.toLowerCase() : undefined;
  if (shadowed !== undefined && !shadowed.endsWith(`.${zone.name}`)) {
    throw refusal(context, request, 400, {
      code: 9000,
      message: "shadowing_name must be a subdomain of the zone",
    });
  }
  const results = context.world
    .list("cloudflare/dns_record")
    .map(({ id, data }): Props => ({ ...data, id }))
    .filter((record) => record["zoneId"] === zone.id)
    .filter((record) => named(String(record["name"]).toLowerCase(), name))
    .filter((record) => typeof type !== "string" || record["type"] === type)
    .filter((record) => proxied === undefined || (record["proxied"] === true) === proxied)
    .filter((record) => shadowed === undefined || shadows(record, shadowed))
    .slice(0, Number(maxItems ?? usualMost));
  return Promise.resolve({ ...args, results });
};

/** `exact`, `startswith`, `endswith` and `contains`, all of those given. */
function named(name: string, filter: unknown): boolean {
  const { exact, startswith, endswith, contains } = isObject(filter) ? filter : {};
  const text = (value: unknown) => (typeof value === "string" ? value.toLowerCase() : undefined);
  return (
    name === (text(exact) ?? name) &&
    name.startsWith(text(startswith) ?? "") &&
    name.endsWith(text(endswith) ?? "") &&
    name.includes(text(contains) ?? "")
  );
}

/** An NS record at the name itself or above it hands everything below to other servers. */
function shadows(record: Props, name: string): boolean {
  const at = String(record["name"]).toLowerCase();
  return record["type"] === "NS" && (name === at || name.endsWith(`.${at}`));
}
