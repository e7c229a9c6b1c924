import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";

import type { TakenName } from "./former-record";

/**
 * Inputs that belong to who made a record: a comment says who that was, and tags and settings of a
 * record that was taken over are somebody's own.
 */
const createOnly = ["comment", "tags", "settings"];

/**
 * What a new record tells people in Cloudflare's dashboard. Not changed on one that is there: it only
 * says who made it.
 */
export function recordComment(stack: string): string {
  return `Berth: stack ${stack}`;
}

/**
 * One record of a zone. It is never made before the old one is gone, and takes over the one that the
 * zone holds already where `taken` says so: imported, then updated in place, in one update.
 *
 * `formers` are what remembers the records of before; they are in the state first.
 */
export function zoneRecord(
  name: string,
  args: cloudflare.DnsRecordArgs,
  opts: pulumi.CustomResourceOptions,
  taken: TakenName | undefined,
  formers: readonly pulumi.Resource[],
): cloudflare.DnsRecord {
  return new cloudflare.DnsRecord(
    name,
    args,
    pulumi.mergeOptions(opts, {
      dependsOn: [...formers],
      deleteBeforeReplace: true,
      ignoreChanges: createOnly,
      ...(taken?.importId === undefined ? {} : { import: taken.importId }),
    }),
  );
}
