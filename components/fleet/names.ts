/** The DNS names of a project (R23–R25). */
export interface Names {
  /** What visitors use: a proxied A record (R23). */
  readonly primary: string;
  /**
   * The host itself: an A record that is not proxied. It exists because a CNAME chain is proxied as
   * a whole when any name on it is, so `direct` cannot point at the primary name.
   */
  readonly origin: string;
  /** What people log in to: a CNAME to `origin`, not proxied (R24). */
  readonly direct: string;
}

/**
 * A name that visitors may use besides the primary one. `www` is a CNAME to it; the others are records of
 * the same kind as it, whether they serve the site or lead on to it.
 */
export interface FurtherName {
  readonly name: string;
  readonly role: "www" | "serve" | "redirect";
  /** Where it was declared, below the project. */
  readonly path: readonly (string | number)[];
}

/** A project's further names, in the order they are declared in. */
export function furtherNames(
  domain: string,
  {
    www,
    further = {},
  }: {
    readonly www?: boolean | undefined;
    readonly further?:
      | {
          readonly serve?: readonly string[] | undefined;
          readonly redirect?: readonly string[] | undefined;
        }
      | undefined;
  },
): readonly FurtherName[] {
  const listed = (role: "serve" | "redirect") =>
    (further[role] ?? []).map((name, index) => ({ name, role, path: ["further", role, index] }));
  return [
    ...(www === true ? [{ name: `www.${domain}`, role: "www" as const, path: ["www"] }] : []),
    ...listed("serve"),
    ...listed("redirect"),
  ];
}

/**
 * Derives a project's names. Under one of the agency's own domains the role is a suffix of the
 * first label (`kmc.countable.ca` has `kmc-direct.countable.ca`, R25): one level of labels, which
 * one wildcard certificate covers. Everywhere else, and at the apex of an agency domain, it is a
 * label of its own (`direct.example.org`).
 *
 * The origin of a host stack carries the stack's name (`origin-prod-b.example.org`), so that two
 * hosts can stand beside each other; `direct` and the primary name follow the host that serves.
 */
export function namesFor(
  domain: string,
  agencyDomains: readonly string[],
  hostStack?: string,
): Names {
  const role = hostStack === undefined ? "origin" : `origin-${hostStack}`;
  return {
    primary: domain,
    origin: derive(domain, agencyDomains, role),
    direct: derive(domain, agencyDomains, "direct"),
  };
}

/** Those of them that lie in a Cloudflare zone, with it; a client's own DNS has none. */
export function zonedNames({
  names,
  zone,
  furtherNames,
}: {
  readonly names: Pick<Names, "primary">;
  readonly zone?: string | undefined;
  readonly furtherNames: readonly { readonly name: string; readonly zone?: string }[];
}): readonly { readonly name: string; readonly zone: string }[] {
  return [{ name: names.primary, zone }, ...furtherNames].flatMap((each) =>
    each.zone === undefined ? [] : [{ name: each.name, zone: each.zone }],
  );
}

/** Whether `name` lies in `zone`: is it, or lies below it. */
export function isIn(name: string, zone: string): boolean {
  return name === zone || isUnder(name, zone);
}

/** Whether `name` lies below `domain`; a domain does not lie below itself. */
export function isUnder(name: string, domain: string): boolean {
  return name.endsWith(`.${domain}`);
}

/** All names that visitors of a project use, the primary one first. */
export function visitorNames({
  names,
  furtherNames,
}: {
  readonly names: Pick<Names, "primary">;
  readonly furtherNames: readonly Pick<FurtherName, "name">[];
}): readonly string[] {
  return [names.primary, ...furtherNames.map(({ name }) => name)];
}

/** The longest of `zones` that holds `name`, or undefined. */
export function zoneOf(name: string, zones: readonly string[]): string | undefined {
  return zones
    .filter((zone) => isIn(name, zone))
    .reduce<string | undefined>(
      (longest, zone) => (longest && longest.length >= zone.length ? longest : zone),
      undefined,
    );
}

function derive(domain: string, agencyDomains: readonly string[], role: string): string {
  if (!agencyDomains.some((agencyDomain) => isUnder(domain, agencyDomain))) {
    return `${role}.${domain}`;
  }
  const [first, ...rest] = domain.split(".");
  return [`${first}-${role}`, ...rest].join(".");
}
