import * as cloudflare from "@pulumi/cloudflare";

import {
  asDeclared,
  othersModes,
  settingsPhase,
  strictNames,
  type ZoneRule,
} from "../edge/strict-rule";
import { hasCertificate } from "../edge/certificates";
import { zonedNames } from "../fleet/names";
import { bareName } from "../fleet/record-content";
import type { ResolvedFleet } from "../placement/resolved";
import { forEach, type Asking } from "./asking";
import type { OwnState } from "./own-state";

/** How Cloudflare's edge talks to the origins of a zone now, as far as it could be asked. */
export interface ZoneTlsState {
  /** The zone's mode: off, flexible, full, strict, origin_pull; undefined: not known. */
  readonly mode: string | undefined;
  readonly rules: readonly ZoneRule[];
  /** How an import names the ruleset of these rules; undefined where there is none, or it is this stack's. */
  readonly importId: string | undefined;
  /** What this stack's state has of the zone: the ruleset, and its mode. */
  readonly own: { readonly ruleset: boolean; readonly mode: boolean };
  /** All proxied names, of an owned zone; undefined: not known. */
  readonly proxied: readonly string[] | undefined;
}

/** By the zone's name. */
export type ZoneTlsStates = ReadonlyMap<string, ZoneTlsState>;

/** What a zone's resources are called. */
export const zoneTlsName = (zone: string): string => `tls-${zone}`;

/** Modes in which the edge opens TLS to an origin, so that it can show a certificate of its own. */
const encrypting = ["full", "strict", "origin_pull"];

/** Whether the edge opens TLS to the origin of a name, as its zone is now. */
export function isEncrypted(name: string, state: ZoneTlsState | undefined): boolean {
  if (state === undefined) return false;
  return strictNames(state.rules).includes(name) || encrypting.includes(state.mode ?? "");
}

/** Whether the edge refuses an origin of that name without a certificate that it trusts. */
export function isStrict(name: string, state: ZoneTlsState | undefined): boolean {
  return (
    state !== undefined && (state.mode === "strict" || strictNames(state.rules).includes(name))
  );
}

/**
 * Asks the zones of all names with a certificate, and those that this stack sets, how the edge talks to
 * their origins. What could not be asked is undefined, and then nothing is set.
 */
export async function lookAtZoneTls(
  fleet: ResolvedFleet,
  own: OwnState | undefined,
  asking: Asking,
): Promise<ZoneTlsStates> {
  const states = new Map<string, ZoneTlsState>();
  if (fleet.role === "host") return states;
  await forEach([...namesByZone(fleet)], async ([zone, names]) => {
    const state = await lookAt(zone, fleet, own, asking);
    states.set(zone, state);
    if (!fleet.zones.includes(zone)) asking.notes.push(...looseNotes(zone, names, state, fleet));
  });
  return states;
}

/** Names with a certificate, by their zone; zones that are set without one have none. */
function namesByZone({ nodes, projects, zones }: ResolvedFleet): Map<string, string[]> {
  const certified = nodes.flatMap((node) =>
    node.residents.filter((project) => hasCertificate(node, project)).map(({ slug }) => slug),
  );
  const names = projects
    .filter(({ slug, servedBy }) => certified.includes(slug) || servedBy !== undefined)
    .flatMap(zonedNames);
  const found = new Map<string, string[]>(zones.map((zone) => [zone, []]));
  for (const { name, zone } of names) {
    found.set(zone, [...(found.get(zone) ?? []), name]);
  }
  return found;
}

/** What is to be said of a zone that another stack sets, or none, while it is not strict for our names. */
function looseNotes(
  zone: string,
  names: readonly string[],
  { mode, rules }: ZoneTlsState,
  { zoneOwners }: ResolvedFleet,
): string[] {
  const loose = names.filter((name) => !strictNames(rules).includes(name));
  if (mode === undefined || mode === "strict" || loose.length === 0) return [];
  const owner = zoneOwners[zone];
  return [
    `The edge does not verify the origin of ${loose.join(", ")}: the zone ${zone} is in mode ${mode}. ` +
      (owner === undefined
        ? "No stack sets it: name the zone in berth:zones of one."
        : `The stack ${owner} sets it: its next update takes in what serves a certificate by then.`),
  ];
}

async function lookAt(
  zone: string,
  { agency, zones }: ResolvedFleet,
  own: OwnState | undefined,
  asking: Asking,
): Promise<ZoneTlsState> {
  const zoneId = agency.zones[zone]!;
  const isOwned = zones.includes(zone);
  const name = zoneTlsName(zone);
  const has = (type: string, resource: string) =>
    own?.find(`cloudflare:index/${type}`, resource) !== undefined;
  const held = {
    ruleset: has("ruleset:Ruleset", `${name}-rules`),
    mode: has("zoneSetting:ZoneSetting", `${name}-ssl`),
  };
  const what = `the edge verifies the origins of ${zone}`;
  const setting = await asking.ask(
    what,
    () => cloudflare.getZoneSetting({ zoneId, settingId: "ssl" }),
    isOwned,
  );
  const ruleset = await asking.ask(what, () => rulesetOf(zoneId), isOwned);
  const records = isOwned
    ? await asking.ask(
        `other proxied names than Berth's are in ${zone}`,
        () => proxiedIn(zoneId),
        true,
      )
    : undefined;
  const rules = ruleset?.rules ?? [];
  for (const other of isOwned ? othersModes(rules) : []) {
    asking.notes.push(
      `The zone ${zone} has a rule of somebody's that sets a mode: ${other}. It stays.`,
    );
  }
  return {
    mode: setting?.value,
    rules,
    importId:
      ruleset?.id === undefined || held.ruleset ? undefined : `zones/${zoneId}/${ruleset.id}`,
    own: held,
    proxied: records,
  };
}

/** More records than Cloudflare lets a zone hold, on any plan but the largest. */
const allRecords = 10_000;

/** All proxied names of a zone. Throws where these may not be all. */
async function proxiedIn(zoneId: string): Promise<readonly string[]> {
  const asked = { zoneId, proxied: true, maxItems: allRecords };
  const { results } = await cloudflare.getDnsRecords(asked);
  if (results.length >= allRecords)
    throw new Error(`it holds ${allRecords} proxied records or more`);
  return [...new Set(results.flatMap(({ name }) => (name ? [bareName(name)] : [])))];
}

/** The zone's ruleset of configuration rules, with all of them; without an id: there is none. */
async function rulesetOf(
  zoneId: string,
): Promise<{ readonly id?: string; readonly rules: readonly ZoneRule[] }> {
  const { results } = await cloudflare.getRulesets({ zoneId });
  const found = results.find(({ kind, phase }) => kind === "zone" && phase === settingsPhase);
  if (found === undefined) return { rules: [] };
  const { rules } = await cloudflare.getRuleset({ zoneId, rulesetId: found.id });
  return { id: found.id, rules: rules.map(asDeclared) };
}
