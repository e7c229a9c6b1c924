import { domainToASCII, domainToUnicode } from "node:url";

import { furtherNames, zoneOf } from "../../fleet/names";
import { at, isBroken, type Draft, type ProjectDraft } from "../draft";
import { namesIn } from "../names";
import { labelLimit, nameLimit } from "../../fleet/formats";
import type { Problem } from "../../fleet/problem";

/** Each domain lies in a declared zone, and the names derived from it are ones DNS can hold. */
export function checkDomains(draft: Draft): readonly Problem[] {
  return draft.projects.flatMap((project) => {
    const { domain } = project.facts;
    if (domain === undefined) return [];
    const host = draft.role === "host" ? draft.stack : project.facts.servedBy;
    const { origin, direct } = namesIn(draft, domain, host);
    const derived = [direct, origin];
    return [
      ...formProblems(project.at("domain"), domain),
      ...lengthProblems(project.at("domain"), domain, derived),
      ...zoneProblems(draft, project, project.at("domain"), domain, derived),
      ...furtherNames(domain, project.facts).flatMap(({ name, path }) => [
        ...formProblems(project.at(...path), name),
        ...lengthProblems(project.at(...path), name, [name]),
        ...zoneProblems(draft, project, project.at(...path), name, []),
      ]),
    ];
  });
}

/**
 * What begins as Punycode does and is none, no resolver and no browser takes. Node 20 reads it as nothing, Node 24
 * leaves it as it is.
 */
function formProblems(path: string, domain: string): Problem[] {
  const shown = domainToUnicode(domain);
  const isRead = !shown.split(".").some((label) => label.startsWith("xn--"));
  if (isRead && domainToASCII(shown) === domain.toLowerCase()) return [];
  return [
    {
      path,
      message: "has a label that begins with xn-- and is no Punycode",
      received: JSON.stringify(domain),
      fix: "write the name as your registrar shows it in Punycode",
    },
  ];
}

function lengthProblems(path: string, domain: string, derived: readonly string[]): Problem[] {
  const tooLong = (label: string) => label.length > labelLimit;
  const name = derived.find((name) => name.length > nameLimit || name.split(".").some(tooLong));
  if (name === undefined) return [];
  const long = name.split(".").find(tooLong);
  return [
    {
      path,
      message:
        long === undefined
          ? `leads to the name ${name} of ${name.length} characters`
          : `leads to the name ${name}, whose first label has ${long.length} characters`,
      received: JSON.stringify(domain),
      allowed: `at most ${labelLimit} characters between dots and ${nameLimit} in all`,
      fix: "choose a shorter domain or a shorter name for the host stack",
    },
  ];
}

function zoneProblems(
  draft: Draft,
  project: ProjectDraft,
  path: string,
  domain: string,
  derived: readonly string[],
): Problem[] {
  if (project.facts.dns === "external" || isBroken(draft, project.at("dns"))) return [];
  const declared = at(draft.own, "agency", "zones");
  // With a zone left out for its id, nobody can say what lies in no zone.
  if (draft.broken.some((place) => place.startsWith(declared) || declared.startsWith(place))) {
    return [];
  }
  const zones = Object.keys(draft.own.config.agency?.zones ?? {});
  const zone = zoneOf(domain, zones);
  const base = { path, received: JSON.stringify(domain) };
  if (zone === undefined) {
    return [
      {
        ...base,
        message: "lies in no declared Cloudflare zone",
        allowed: zones.length === 0 ? "none is declared" : `names in ${zones.join(", ")}`,
        fix: "add the zone to berth:agency.zones, or set dns: external when the client runs the DNS",
      },
    ];
  }
  const outside = derived.filter((name) => zoneOf(name, [zone]) === undefined);
  if (outside.length === 0) return twiceProblems(base, zones, domain, zone);
  return [
    {
      ...base,
      message: `lies in the zone ${zone}, but its names ${outside.join(" and ")} do not`,
      fix: `use the parent zone instead of ${zone}, or take the domain's parent out of berth:agency.domains`,
    },
  ];
}

/** Of a zone and one below it only that one counts which name servers answer from. */
function twiceProblems(
  base: Pick<Problem, "path" | "received">,
  zones: readonly string[],
  domain: string,
  zone: string,
): Problem[] {
  const outer = zoneOf(
    domain,
    zones.filter((each) => each !== zone),
  );
  if (outer === undefined) return [];
  return [
    {
      ...base,
      message: `lies in two declared zones, ${zone} and ${outer}: records made in the wrong one are never seen`,
      fix: `ask \`dig +short NS ${zone}\`: without an answer take ${zone} out of berth:agency.zones, otherwise ${outer}`,
    },
  ];
}
