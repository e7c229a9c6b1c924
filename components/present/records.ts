import * as cloudflare from "@pulumi/cloudflare";

import type { FormerRecord, TakenName } from "../edge/former-record";
import { recordComment } from "../edge/zone-record";
import { isEnded } from "../fleet/serving";
import { formerNames } from "./former-names";
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
  /** The type of the record to be made. */
  readonly type: "A" | "CNAME";
  readonly slug: string;
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
  readonly proxied?: boolean;
  readonly ttl?: number;
}

/** Names that zones held records of before, by the project's slug. */
export type TakenNames = ReadonlyMap<string, readonly TakenName[]>;

/**
 * Finds what zones hold already of the names that are going to be made. One record of the wanted type
 * is taken over, which is said. Anything else that leads somewhere is refused: Cloudflare takes a
 * second A or AAAA record of a name, and two hosts answer in turn; beside a CNAME it fails, with the
 * machine made already. Names whose records are in the state are not asked about.
 *
 * Answers with what is taken over now and what was in earlier runs.
 */
export async function lookAtRecords(
  fleet: ResolvedFleet,
  own: OwnState | undefined,
  asking: Asking,
): Promise<TakenNames> {
  const taken = formerNames(fleet, own);
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
        found !== undefined && bare(found) === name && leading.includes(typeOf({ type })),
    );
    const foreign = held.filter((record) => !isOwn(record));
    const [only] = foreign;
    if (only !== undefined && held.length === 1 && typeOf(only) === claim.type) {
      const one = takeOver(claim, only, asking);
      const others = (taken.get(claim.slug) ?? []).filter((each) => each.name !== name);
      taken.set(claim.slug, [...others, one]);
    } else if (foreign.length > 0) refuse(claim, foreign, asking);
    else if (held.length > 0 && own === undefined) {
      asking.notes.push(
        `The zone ${zone} holds ${listed(held)} for ${name} with this stack's comment. An update ` +
          "that did not end may have left it: the next one compares it with its state.",
      );
    }
    // Every name of a project lies below the same delegations, if there are any.
    if (role === "origin") await lookForDelegation(claim, asking);
  });
  return taken;
}

function takeOver(claim: Claim, held: Held, asking: Asking): TakenName {
  const { name, role, zone, zoneId, slug } = claim;
  asking.notes.push(
    `The zone ${zone} holds ${listed([held])}${held.proxied === true ? ", proxied," : ""} for ${name}: ` +
      `it is taken over as the ${role} name of ${slug} and led there in place. What it held stays in ` +
      "the stack's outputs.",
  );
  return { name, records: [formerRecord(name, held)], importId: `${zoneId}/${String(held.id)}` };
}

function formerRecord(name: string, held: Held): FormerRecord {
  return {
    name,
    type: typeOf(held),
    content: held.content ?? "",
    proxied: held.proxied === true,
    ttl: held.ttl ?? 1,
    ...(held.comment ? { comment: held.comment } : {}),
  };
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
      type: role === "direct" ? "CNAME" : "A",
      slug,
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
  return `${zoneId} ${bare(name)}`;
}

/** A name as Cloudflare keeps it: names have no case, and their dot at the end is not written. */
function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

function typeOf({ type }: Held): string {
  return String(type).toUpperCase();
}
