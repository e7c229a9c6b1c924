import * as cloudflare from "@pulumi/cloudflare";

import { isBeside, isSibling, type FormerRecord, type TakenName } from "../edge/former-record";
import { furtherResource } from "../edge/further-records";
import { recordComment } from "../edge/zone-record";
import { bareName } from "../fleet/record-content";
import type { Problem } from "../fleet/problem";
import { isEnded } from "../fleet/serving";
import { placeOf } from "../fleet/show";
import type { ResolvedFleet } from "../placement/resolved";
import { forEach, type Asking } from "./asking";
import { formerNames } from "./former-names";
import { gapText, judgeFound, key, listed, typeOf, type Claim, type Held } from "./found-records";
import type { OwnState } from "./own-state";

const dnsRecord = "cloudflare:index/dnsRecord:DnsRecord";

/**
 * Types that say where a name leads. Others (MX, TXT, CAA…) stand beside an address, and a wildcard
 * gives way to a record of the name itself.
 */
const leading = ["A", "AAAA", "CNAME", "NS", "HTTPS", "SVCB"];

/** Names that zones held records of before, by the project's slug. */
export type TakenNames = ReadonlyMap<string, readonly TakenName[]>;

/** A name's record in this stack's state. */
interface OwnRecord {
  /** Its logical name. */
  readonly resource: string;
  readonly type: string;
}

/** This stack's records, as its state has them. */
interface OwnRecords {
  readonly ids: ReadonlySet<unknown>;
  /** The record of each name, by `key`. */
  readonly names: ReadonlyMap<string, OwnRecord>;
  /** Names beside whose record former ones stand, by `key`. */
  readonly beside: ReadonlySet<string>;
}

/**
 * Finds what zones hold already of the names that are going to be made, and says what becomes of it: one
 * record of the wanted type is taken over; what `replaces` lists goes in updates of its own. Anything
 * else that leads somewhere is refused: Cloudflare takes a second A or AAAA record of a name, and two
 * hosts answer in turn; beside a CNAME it fails, with the machine made already. Names whose records are
 * in the state are not asked about.
 *
 * Answers with what is taken over now and what was in earlier runs.
 */
export async function lookAtRecords(
  fleet: ResolvedFleet,
  own: OwnState | undefined,
  asking: Asking,
): Promise<TakenNames> {
  const taken = formerNames(fleet, own);
  const records = ownRecords(own);
  const put = ({ project: { slug } }: Claim, name: TakenName) => {
    const others = (taken.get(slug) ?? []).filter((each) => each.name !== name.name);
    taken.set(slug, [...others, name]);
  };
  handBackProblems(fleet, taken, asking);
  await forEach(claimsOf(fleet), async (claim) => {
    const { zoneId, name, project, role } = claim;
    const former = (taken.get(project.slug) ?? []).find((each) => each.name === name);
    const has = records.names.get(key(zoneId, name));
    if (has !== undefined && !resourcesOf(claim).includes(has.resource)) {
      asking.problems.push(movedProblem(claim, has));
    } else if (project.handBack === true && former !== undefined) {
      put(claim, givenBack(claim, former, asking));
    } else if (has !== undefined) {
      const isBesides = records.beside.has(key(zoneId, name));
      const step = nextStep(claim, isBesides ? former : undefined, has.type, asking);
      if (step) put(claim, step);
    } else {
      const found = await askFor(claim, fleet.stack, own && records, asking);
      if (found) put(claim, found);
      // Every name of a project lies below the same delegations, if there are any.
      if (role === "origin") await lookForDelegation(claim, asking);
    }
  });
  return taken;
}

function ownRecords(own: OwnState | undefined): OwnRecords {
  const all = [...(own?.byName(dnsRecord) ?? [])].map(([resource, { id, zoneId, name, type }]) => ({
    ...{ id, resource, key: key(zoneId, name), type: String(type).toUpperCase() },
    beside: isBeside(resource),
    // The record of IPv6 goes with the name's own and is nobody's former one.
    sibling: isSibling(resource),
  }));
  return {
    ids: new Set(all.map(({ id }) => id)),
    names: new Map(
      all.filter(({ beside, sibling }) => !beside && !sibling).map((each) => [each.key, each]),
    ),
    beside: new Set(all.filter(({ beside }) => beside).map((each) => each.key)),
  };
}

/** Asks the zone of a name; `own` undefined: nobody knows yet what is this stack's. */
async function askFor(
  claim: Claim,
  stack: string,
  own: OwnRecords | undefined,
  asking: Asking,
): Promise<TakenName | undefined> {
  const { zoneId, zone, name, role, path } = claim;
  const answer = await asking.ask(`the zone ${zone} holds records of ${name}`, () =>
    cloudflare.getDnsRecords({ zoneId, name: { exact: name } }),
  );
  const held = (answer?.results ?? []).filter(
    ({ name: found, type }) =>
      found !== undefined && bareName(found) === name && leading.includes(typeOf({ type })),
  );
  const isOwn = ({ comment }: Held) => own === undefined && comment === recordComment(stack);
  const foreign = held.filter((record) => !isOwn(record));
  if (foreign.length === 0) {
    if (held.length > 0) {
      asking.notes.push(
        `The zone ${zone} holds ${listed(held)} for ${name} with this stack's comment. An update ` +
          "that did not end may have left it: the next one compares it with its state.",
      );
    }
    return undefined;
  }
  const judgement = judgeFound(claim, held, own?.ids ?? new Set());
  if ("taken" in judgement) {
    asking.notes.push(judgement.note);
    return judgement.taken;
  }
  asking.problems.push({
    path,
    message:
      `needs ${name} as its ${role} name, for which the zone ${zone} holds ${listed(judgement.refused)} ` +
      "that is not in this stack's state: two hosts would answer in turn, or the update would fail half-way",
    fix: judgement.fix,
  });
  return undefined;
}

/**
 * What a name that this stack has goes through now; undefined: nothing but what was always declared.
 * `former`: what it held, where some of that still stands beside its record of type `has`.
 */
function nextStep(
  { name, type, project, zone }: Claim,
  former: TakenName | undefined,
  has: string,
  asking: Asking,
): TakenName | undefined {
  if (former !== undefined) {
    const main = firstOf(former.records, has);
    const others = former.records.filter((record) => record !== main);
    asking.notes.push(
      `This update takes ${listed(others)} of ${name} out of the zone ${zone}; ${listed([main])} stays, ` +
        `and the next update leads ${name} to ${project.slug}. ${has === type ? "" : gapText(name, has, type)}`.trim(),
    );
    return { ...former, now: { kind: "as found", records: [{ record: main }] } };
  }
  if (has !== type) {
    asking.notes.push(`This update leads ${name} to ${project.slug}. ${gapText(name, has, type)}`);
  }
  return undefined;
}

/** Logical names under which the state has the record of a claim. */
function resourcesOf({ project: { slug, formerly = slug }, resource }: Claim): readonly string[] {
  return [slug, formerly].map((each) => `${each}-${resource}`);
}

/** The engine makes a record before it deletes another one of the same name. */
function movedProblem({ name, role, path, zone }: Claim, { resource }: OwnRecord): Problem {
  return {
    path,
    message: `needs ${name} as its ${role} name, which is this stack's own already as ${resource}: the zone ${zone} would hold it twice for a while, or refuse it`,
    fix: `free ${name} in an update of its own first, then declare this`,
  };
}

function givenBack({ name, type }: Claim, former: TakenName, asking: Asking): TakenName {
  const main = firstOf(former.records, type);
  const others = former.records.filter((record) => record !== main);
  asking.notes.push(
    `This update gives ${name} back: it holds ${listed(former.records)} again, and keeps it when the project is taken out. ${main.type === type ? "" : gapText(name, type, main.type)}`.trim(),
  );
  const records = [main, ...others].map((record) => ({ record }));
  return { ...former, now: { kind: "given back", records } };
}

/** The record that stands where the name's own does: of its type, where there is one. */
function firstOf(records: readonly FormerRecord[], type: string): FormerRecord {
  return records.find((record) => record.type === type) ?? records[0]!;
}

function handBackProblems(fleet: ResolvedFleet, taken: TakenNames, asking: Asking): void {
  for (const { slug, handBack } of fleet.projects) {
    if (handBack !== true || fleet.role === "host" || taken.has(slug)) continue;
    asking.problems.push({
      path: placeOf(["projects", slug, "handBack"]),
      message: "is true, but none of the project's names was taken over",
      fix: "remove the line; names that Berth made go with the project",
    });
  }
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
    const { slug, names, zone, furtherNames } = project;
    if (zone === undefined || isEnded(project)) return [];
    const roles =
      hostStack === undefined ? (["primary", "origin", "direct"] as const) : (["origin"] as const);
    const at = (...path: readonly PropertyKey[]) => placeOf(["projects", slug, ...path], file);
    const claim = (name: string, role: Claim["role"], inZone: string, resource: string) => ({
      ...{ name, role, project, zone: inZone, resource, path: at("domain") },
      type: role === "direct" || role === "www" ? ("CNAME" as const) : ("A" as const),
      zoneId: fleet.agency.zones[inZone]!,
    });
    const further = hostStack === undefined ? furtherNames : [];
    return [
      ...roles.map((role) => claim(names[role], role, zone, role)),
      ...further.map((each) => ({
        ...claim(
          each.name,
          each.role === "www" ? each.role : "further",
          each.zone ?? zone,
          furtherResource(each),
        ),
        path: at(...each.path),
      })),
    ];
  });
}
