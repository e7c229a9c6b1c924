import type * as cloudflare from "@pulumi/cloudflare";
import type * as pulumi from "@pulumi/pulumi";

import type { FurtherName } from "../fleet/names";
import type { TakenName } from "./former-record";
import { zoneRecord } from "./zone-record";

/** A further name, and the zone that holds it. */
export interface ZonedName extends FurtherName {
  readonly zoneId: string;
}

/** What the record of a further name is called, after the project's slug. */
export function furtherResource({ name, role }: FurtherName): string {
  return role === "www" ? "www" : `also-${name}`;
}

/** The further names as facts of the component of a project's names, by what they are for. */
export function furtherFacts(names: readonly FurtherName[]): pulumi.Inputs {
  const of = (role: FurtherName["role"]) =>
    names.filter((each) => each.role === role).map(({ name }) => name);
  const [www] = of("www");
  const [serves, redirects] = [of("serve"), of("redirect")];
  return {
    ...(www === undefined ? {} : { www }),
    ...(serves.length === 0 ? {} : { serves }),
    ...(redirects.length === 0 ? {} : { redirects }),
  };
}

/** The records of further names, all proxied as the primary one is; `www` is a CNAME to that. */
export function furtherRecords(
  project: string,
  names: readonly ZonedName[],
  primary: cloudflare.DnsRecord,
  {
    address,
    comment,
    taken,
  }: {
    readonly address: pulumi.Input<string>;
    readonly comment: string;
    readonly taken: readonly TakenName[];
  },
  opts: pulumi.CustomResourceOptions,
): readonly cloudflare.DnsRecord[] {
  return names.map((further) => {
    const { name, role, zoneId } = further;
    const target =
      role === "www" ? { type: "CNAME", content: primary.name } : { type: "A", content: address };
    return zoneRecord(
      project,
      furtherResource(further),
      { zoneId, name, ...target, proxied: true, ttl: 1, comment },
      opts,
      taken.find((each) => each.name === name),
    );
  });
}
