import * as pulumi from "@pulumi/pulumi";

import { EdgeIdentity } from "../edge/edge-identity";
import { OriginPulls } from "../edge/origin-pulls";
import type { ProjectNames } from "../edge/project-names";
import { ZoneTls } from "../edge/zone-tls";
import { isIn, zonedNames } from "../fleet/names";
import type { Reached } from "../machine/connection";
import { renamed } from "../node/renamed";
import type { ResolvedFleet, ResolvedProject } from "../placement/resolved";
import type { OwnState } from "../present/own-state";
import { isEncrypted, zoneTlsName, type ZoneTlsStates } from "../present/zone-tls";

/** A project whose names lead to a machine that serves its certificate. */
export interface CertifiedProject {
  readonly project: ResolvedProject;
  readonly names: ProjectNames;
  /** `site`: the project's slug there. */
  readonly machine: Reached & { readonly site: string };
}

/** What the way in follows from. */
export interface WayIn {
  readonly fleet: ResolvedFleet;
  readonly own: OwnState | undefined;
  readonly zones: ZoneTlsStates;
  readonly certified: readonly CertifiedProject[];
  /** Names of other environments that were seen to serve a certificate. */
  readonly neighbours: readonly string[];
}

/** A visitors' name, and where its record is. */
interface ZonedName {
  readonly name: string;
  readonly zone: string;
  readonly zoneId: string;
}

/**
 * What makes the way from a visitor to a machine one that nobody listens to and nobody walks past: the
 * edge's own certificate, the zones' modes, and each machine's demand of it; after the names.
 */
export function createWayIn(args: WayIn): void {
  const { fleet, certified } = args;
  const owned = new Map(fleet.zones.map((zone) => [zone, zoneTls(zone, args)]));
  if (certified.length === 0) return;
  const zones = certified.flatMap((each) => namesOf(fleet, each.project));
  const identity = new EdgeIdentity("edge", {
    agency: fleet.agency.name,
    environment: fleet.environment,
    zones: Object.fromEntries(zones.map(({ zone, zoneId }) => [zone, zoneId])),
  });
  for (const { project, names: records, machine } of certified) {
    const names = namesOf(fleet, project);
    const modes = names.flatMap(({ zone }) => owned.get(zone) ?? []);
    const name = `${project.slug}-origin-pulls`;
    new OriginPulls(
      name,
      {
        project: project.slug,
        site: machine.site,
        names,
        identity,
        machine,
        after: [records, ...new Set(modes)],
        demanded: isDemanded(project, names, args),
      },
      renamed(name, project.formerly && `${project.formerly}-origin-pulls`),
    );
  }
}

/** Whether the machine may demand the edge's certificate: the edge opens TLS to it, in this update at the latest. */
function isDemanded(
  { slug, formerly = slug }: ResolvedProject,
  names: readonly ZonedName[],
  { fleet, own, zones }: WayIn,
): boolean {
  const command = "command:remote:Command";
  const demands = [slug, formerly].map((each) => `${each}-origin-pulls-demanded`);
  if (own?.find(command, ...demands) !== undefined) return true;
  return names.every(
    ({ name, zone }) => fleet.zones.includes(zone) || isEncrypted(name, zones.get(zone)),
  );
}

function zoneTls(
  zone: string,
  { fleet, zones, certified, neighbours }: WayIn,
): pulumi.Resource | undefined {
  const state = zones.get(zone);
  // What could not be asked is not set: an update has stopped by now, a preview says so.
  if (state?.mode === undefined || state.proxied === undefined) return undefined;
  const inZone = certified.map(({ project, names }) => ({
    names,
    own: zonedNames(project).flatMap((each) => (each.zone === zone ? [each.name] : [])),
  }));
  const ours = inZone.filter(({ own }) => own.length > 0);
  const own = ours.flatMap((each) => each.own);
  const hostnames = [...own, ...neighbours.filter((name) => isIn(name, zone))];
  const unseen = state.proxied.filter((name) => !hostnames.includes(name));
  if (unseen.length > 0 && !state.own.mode && pulumi.runtime.isDryRun()) {
    void pulumi.log.warn(
      `The zone ${zone} stays in mode ${state.mode}, since these proxied names in it were not seen to serve a ` +
        `certificate that strict accepts: ${unseen.sort().join(", ")}. ` +
        (hostnames.length === 0
          ? "No name of Berth's is strict there yet."
          : `By a rule it is strict for ${[...hostnames].sort().join(", ")}.`),
    );
  }
  return new ZoneTls(zoneTlsName(zone), {
    zone,
    zoneId: fleet.agency.zones[zone]!,
    hostnames,
    found: state.rules,
    importId: state.importId,
    isOwn: state.own.ruleset,
    whole: state.own.mode || (hostnames.length > 0 && unseen.length === 0),
    after: ours.map(({ names }) => names),
  });
}

/** A project's visitors' names, and where their records are. */
function namesOf({ agency }: ResolvedFleet, project: ResolvedProject): ZonedName[] {
  return zonedNames(project).map((each) => ({ ...each, zoneId: agency.zones[each.zone]! }));
}
