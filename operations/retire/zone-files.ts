import { furtherNames, isIn, visitorNames } from "../../components/fleet/names";
import type { ResolvedProject } from "../../components/placement/resolved";
import { baseOf, send, tokenIn } from "../adopt/sources/asking";

/** A zone's part of a project's names. */
export interface ZoneOf {
  readonly zone: string;
  readonly id: string;
}

/** The zones that hold names of a project; none where the client runs DNS. */
export function zonesOf(
  project: ResolvedProject,
  ids: Readonly<Record<string, string>>,
): readonly ZoneOf[] {
  const named = [project.zone, ...project.furtherNames.map(({ zone }) => zone)];
  const zones = [...new Set(named.flatMap((zone) => zone ?? []))];
  return zones.flatMap((zone) => (ids[zone] === undefined ? [] : [{ zone, id: ids[zone] }]));
}

/** A zone as Cloudflare exports it (BIND's form), with `CLOUDFLARE_API_TOKEN`. Throws a `Refusal`. */
export async function exportedZone({ zone, id }: ZoneOf, env: NodeJS.ProcessEnv): Promise<string> {
  const base = baseOf(env, "CLOUDFLARE_BASE_URL", "https://api.cloudflare.com/client/v4");
  const asked = {
    who: `Cloudflare, zone ${zone},`,
    headers: { authorization: `Bearer ${tokenIn(env, "CLOUDFLARE_API_TOKEN")}` },
    needs: "Zone, DNS, Read for it",
  };
  return (await send(`${base}/zones/${id}/dns_records/export`, asked, {})).text;
}

/**
 * The records of a project in an exported zone: those of its names, and all below its domain (mail, texts). A line that
 * begins with a space goes on with the record before it, and a zone's own SOA and NS are the next owner's.
 */
export function recordsOf(text: string, zone: string, project: ResolvedProject): string {
  const { domain, names } = project;
  const own = new Set([
    ...visitorNames({ names, furtherNames: furtherNames(domain, project) }),
    ...[names.direct, names.origin],
  ]);
  let isTaken = false;
  const lines = text.split(/\r?\n/).filter((line) => {
    if (/^\s+\S/.test(line)) return isTaken;
    const [name = "", ...rest] = line.toLowerCase().split(/\s+/);
    const bare = name.replace(/\.$/, "");
    const isApex = bare === zone && rest.some((word) => word === "soa" || word === "ns");
    isTaken =
      !isApex && !/^[;$]/.test(line) && bare !== "" && (own.has(bare) || isIn(bare, domain));
    return isTaken;
  });
  return `; ${domain}: records of zone ${zone}\n${lines.join("\n")}\n`;
}
