import { domainPattern } from "../../components/fleet/formats";
import { namesFor } from "../../components/fleet/names";
import { bareName } from "../../components/fleet/record-content";
import type { Declared } from "./declared";
import type { FoundRecord } from "./found";

/** A name that leads to addresses, with those that lead to it. */
export interface Site {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Addresses of its AAAA records. */
  readonly six: readonly string[];
  /** Names that are a CNAME to it. */
  readonly aliases: readonly string[];
}

/**
 * Names by which visitors may come: A records of the zones that were read. Not wildcards and what is no host's name,
 * nor the direct and origin names of another one of them (R24).
 */
export function siteNames(
  records: readonly FoundRecord[],
  agencyDomains: readonly string[],
): readonly Site[] {
  const of = (name: string, type: string) =>
    records.filter((record) => record.name === name && record.type === type);
  const all = [...new Set(records.flatMap(({ name, type }) => (type === "A" ? [name] : [])))];
  const roles = new Set(
    all.flatMap((name) => {
      const { origin, direct } = namesFor(name, agencyDomains);
      return [origin, direct];
    }),
  );
  return all
    .filter((name) => domainPattern.test(name) && !roles.has(name))
    .sort()
    .map((name) => ({
      name,
      addresses: [...new Set(of(name, "A").map(({ content }) => content))].sort(),
      six: of(name, "AAAA").map(({ content }) => content),
      aliases: records
        .filter(({ type, content }) => type === "CNAME" && bareName(content) === name)
        .flatMap((alias) => (roles.has(alias.name) ? [] : [alias.name]))
        .sort(),
    }));
}

/** The domain of what is on a machine, or why nobody can tell. */
export type DomainFound =
  | {
      readonly domain: string;
      /** `www.` of it leads there too. */
      readonly www: boolean;
      readonly notes: readonly string[];
      /** The names that it is declared with. */
      readonly names: readonly string[];
    }
  | { readonly why: string };

/** The one name that leads to an address. Of several, which are whose is a person's to say. */
export function domainOf(sites: readonly Site[], address: string, declared: Declared): DomainFound {
  const here = sites.filter(({ addresses }) => addresses.includes(address));
  const names = here.map(({ name }) => name);
  const main = here.filter(
    ({ name }) => !(name.startsWith("www.") && names.includes(name.slice("www.".length))),
  );
  const [site] = main;
  if (site === undefined) return { why: `no name of the zones that were read leads to ${address}` };
  if (main.length > 1) {
    return {
      why: `${main.map(({ name }) => name).join(", ")} lead there: say which are projects of their own (on one node by \`node\`), and which are further names`,
    };
  }
  const { name, addresses, aliases, six } = site;
  if (addresses.length > 1) return { why: `${name} leads to ${addresses.join(" and ")}: choose` };
  const owner = declared.domains.get(name);
  if (owner !== undefined) return { why: `${name} is declared already, in ${owner}` };
  const www = `www.${name}`;
  const hasWww = names.includes(www) || aliases.includes(www);
  const others = aliases.filter((alias) => alias !== www);
  const all = [name, ...(hasWww ? [www] : [])];
  return {
    domain: name,
    www: hasWww,
    notes: [
      ...(others.length === 0
        ? []
        : [`${others.join(", ")} lead to it too: under further.serve or further.redirect`]),
      ...(six.length === 0
        ? []
        : [`the zone has AAAA records of it; the preview says what to write under replaces`]),
    ],
    names: all,
  };
}

/** Names that lead elsewhere, a sentence each. */
export function otherNames(
  sites: readonly Site[],
  addresses: ReadonlySet<string | undefined>,
  declared: Declared,
): string[] {
  return sites
    .filter(({ name }) => !declared.domains.has(name))
    .filter((site) => !site.addresses.some((address) => addresses.has(address)))
    .map((site) => `${site.name}: leads to ${site.addresses.join(", ")}, no machine that was read`);
}
