import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";

import { besideName, type FormerRecord, type TakenName } from "./former-record";

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
 * The record of one of a project's names, `role` in its logical name. It is never made before the old one
 * is gone. A record that the zone held already is imported and updated in place in one update, or stands
 * here as it was found, with those beside it (a second address, an AAAA), where the run says so.
 */
export function zoneRecord(
  project: string,
  role: string,
  args: cloudflare.DnsRecordArgs,
  opts: pulumi.CustomResourceOptions,
  taken: TakenName | undefined,
): cloudflare.DnsRecord {
  const name = `${project}-${role}`;
  const now = taken?.now;
  if (now === undefined) return record(name, args, opts);
  if (now.kind === "in place") return record(name, args, opts, now.importId);
  const [first, ...rest] = now.records;
  if (first === undefined) throw new Error("A name was taken over without a record.");
  const kept = now.kind === "given back" ? { ...opts, retainOnDelete: true } : opts;
  const own = (after: readonly pulumi.Resource[]) =>
    record(
      name,
      argsOf(args.zoneId, first.record),
      pulumi.mergeOptions(kept, { dependsOn: [...after] }),
      first.importId,
    );
  const beside = (after: readonly pulumi.Resource[]) =>
    rest.map(({ record: former, importId }) =>
      record(
        besideName(project, former),
        argsOf(args.zoneId, former),
        pulumi.mergeOptions(kept, { dependsOn: [...after] }),
        importId,
      ),
    );
  // The name's own comes in last, so that once the state has it, it has them all; an address that is
  // given back may have to wait for the CNAME to be gone.
  if (now.kind === "as found") return own(beside([]));
  const made = own([]);
  beside([made]);
  return made;
}

function record(
  name: string,
  args: cloudflare.DnsRecordArgs,
  opts: pulumi.CustomResourceOptions,
  importId?: string,
): cloudflare.DnsRecord {
  return new cloudflare.DnsRecord(
    name,
    args,
    pulumi.mergeOptions(opts, {
      deleteBeforeReplace: true,
      ignoreChanges: createOnly,
      ...(importId === undefined ? {} : { import: importId }),
    }),
  );
}

function argsOf(
  zoneId: pulumi.Input<string>,
  { name, type, content, proxied, ttl, comment }: FormerRecord,
): cloudflare.DnsRecordArgs {
  const own = comment === undefined ? {} : { comment };
  return { zoneId, name, type, content, proxied, ttl, ...own };
}
