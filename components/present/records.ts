import * as cloudflare from "@pulumi/cloudflare";

import { isEnded } from "../fleet/serving";
import { recordComment } from "../edge/project-names";
import type { ResolvedFleet } from "../placement/resolved";
import { placeOf, show } from "../fleet/show";
import { forEach, type Asking } from "./asking";
import type { OwnState } from "./own-state";

const dnsRecord = "cloudflare:index/dnsRecord:DnsRecord";

/**
 * Types that say where a name leads. Others (MX, TXT, CAA…) stand beside an address, and a wildcard
 * gives way to a record of the name itself.
 */
const leading = ["A", "AAAA", "CNAME", "NS", "HTTPS", "SVCB"];

/** A name that this stack is going to make a record of. */
interface Claim {
  readonly name: string;
  readonly role: "primary" | "origin" | "direct";
  readonly zone: string;
  readonly zoneId: string;
  /** Where its domain is declared. */
  readonly path: string;
}

/** A record as a look-up shows it. */
interface Held {
  readonly id?: string;
  readonly name?: string;
  readonly type?: string;
  readonly content?: string;
  readonly comment?: string;
}

/**
 * Refuses names that a zone holds records of which are not this stack's own: Cloudflare takes a
 * second A or AAAA record of a name, and two hosts answer in turn; beside a CNAME it fails, with the
 * machine made already. Names whose records are in the state are not asked about.
 */
export async function lookAtRecords(
  fleet: ResolvedFleet,
  own: OwnState | undefined,
  asking: Asking,
): Promise<void> {
  const records = own?.all(dnsRecord) ?? [];
  const ids = new Set(records.map(({ id }) => id));
  const names = new Set(records.map(({ zoneId, name }) => key(String(zoneId), String(name))));
  const claims = claimsOf(fleet).filter(({ zoneId, name }) => !names.has(key(zoneId, name)));
  const isOwn = ({ id, comment }: Held) =>
    own === undefined ? comment === recordComment(fleet.stack) : ids.has(id);
  await forEach(claims, async (claim) => {
    const { zoneId, zone, name, role } = claim;
    const answer = await asking.ask(`the zone ${zone} holds records of ${name}`, () =>
      cloudflare.getDnsRecords({ zoneId, name: { exact: name } }),
    );
    const held = (answer?.results ?? []).filter(
      ({ name: found, type }) =>
        found?.toLowerCase() === name && leading.includes(String(type).toUpperCase()),
    );
    const foreign = held.filter((record) => !isOwn(record));
    if (foreign.length > 0) refuse(claim, foreign, asking);
    else if (held.length > 0 && own === undefined) {
      asking.notes.push(
        `The zone ${zone} holds ${listed(held)} for ${name} with this stack's comment. An update ` +
          "that did not end may have left it: the next one compares it with its state.",
      );
    }
    // Every name of a project lies below the same delegations, if there are any.
    if (role === "origin") await lookForDelegation(claim, asking);
  });
}

function refuse({ path, name, role, zone }: Claim, foreign: readonly Held[], asking: Asking): void {
  asking.problems.push({
    path,
    message:
      `needs ${name} as its ${role} name, for which the zone ${zone} holds ${listed(foreign)} that is ` +
      "not in this stack's state: two hosts would answer in turn, or the update would fail half-way",
    fix:
      "if the project moves here, note them and delete them in Cloudflare's dashboard (DNS, Records) " +
      "right before the update; otherwise choose another domain",
  });
}

/** NS records at or above a name hand it to other servers, so that no record made here is seen. */
async function lookForDelegation(claim: Claim, asking: Asking): Promise<void> {
  const { zoneId, zone, name, path } = claim;
  const answer = await asking.ask(
    `the zone ${zone} hands ${name} to other name servers`,
    () => cloudflare.getDnsRecords({ zoneId, shadowingName: name, includeShadowMetadata: true }),
    false,
  );
  const above = (answer?.results ?? []).filter(
    ({ type, name: at }) => type === "NS" && at !== name,
  );
  if (above.length === 0) return;
  asking.problems.push({
    path,
    message: `leads to ${name}, but the zone ${zone} hands ${above[0]!.name} to other name servers (${listed(above)}): no record made here would be seen`,
    fix: "set dns: external and have the records made there, or delete the NS records if they are left over",
  });
}

function claimsOf(fleet: ResolvedFleet): Claim[] {
  const hostStack = fleet.role === "host" ? fleet.stack : undefined;
  const file = hostStack === undefined ? undefined : `Pulumi.${fleet.environment}.yaml`;
  return fleet.projects.flatMap((project): Claim[] => {
    const { slug, names, zone } = project;
    if (zone === undefined || isEnded(project)) return [];
    const roles =
      hostStack === undefined ? (["primary", "origin", "direct"] as const) : (["origin"] as const);
    return roles.map((role) => ({
      name: names[role],
      role,
      zone,
      zoneId: fleet.agency.zones[zone]!,
      path: placeOf(["projects", slug, "domain"], file),
    }));
  });
}

function listed(records: readonly Held[]): string {
  const texts = records.map(
    ({ type, content }) => `${String(type)} ${show(content ?? "") ?? "(content not shown)"}`,
  );
  return [...texts].sort().join(", ");
}

function key(zoneId: string, name: string): string {
  return `${zoneId} ${name.toLowerCase()}`;
}
