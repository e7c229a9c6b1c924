import type { Declared } from "../judge/declared";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { input, type Resource } from "../judge/resource";
import { dnsRecords } from "../judge/types";
import { unknown } from "../../engine/values";

/** What leads visitors to a machine; a record of another type hands mail or a zone to others. */
const types: readonly unknown[] = ["A", "AAAA", "CNAME"];

export const policy: Policy = {
  name: "keep-names-in-declared-zones",
  rules: [23, 24],
  description:
    "Records are A, AAAA and CNAME records in the Cloudflare zones that `berth:agency` declares, under " +
    "the zone's own name.",
  check: keepNamesInDeclaredZones,
};

/** Judges a record by its zone, its name and its type. */
export function* keepNamesInDeclaredZones(
  record: Resource,
  { agency }: Declared,
): Generator<Judgement> {
  if (!dnsRecords.includes(record.type)) return;
  const [zoneId, name, type] = ["zoneId", "name", "type"].map((key) => input(record, key));
  const missing = Object.entries({ zoneId, name, type }).find(([, value]) => value === unknown);
  if (missing) {
    yield unjudged(record, missing[0]);
    return;
  }
  const zones = agency?.zones ?? new Map<string, string>();
  const zone = zones.get(String(zoneId));
  if (zone === undefined) {
    yield violation(
      record,
      "its zone is none that the stack declares",
      `use the zone of ${[...zones.values()].join(", ") || "one that you declare"}, or declare its zone in berth:agency`,
    );
  } else if (name !== zone && !String(name).endsWith(`.${zone}`)) {
    yield violation(
      record,
      `${String(name)} is no name in ${zone}`,
      `use the zone of ${String(name)}`,
    );
  }
  if (types.includes(type)) return;
  yield violation(
    record,
    `${String(name)} is a record of type ${String(type)}`,
    "make A, AAAA and CNAME records alone; others are made by hand",
  );
}
