import { at, entriesOf, type Draft, type StackDraft } from "../draft";
import { furtherNames } from "../../fleet/names";
import { namesIn } from "../names";
import { environments } from "../../fleet/fleet";
import type { Problem } from "../../fleet/problem";

/** A name that some project takes. */
interface Claim {
  readonly name: string;
  readonly role: "primary" | "direct" | "origin" | "www" | "further";
  /** Which project of which environment. */
  readonly project: string;
  readonly slug: string;
  readonly environment: string;
  readonly path: string;
}

/**
 * No name is taken twice: among primary, direct and origin names of this environment, of its host
 * stacks and of the other environments. One stack owns each record: Cloudflare takes a second address
 * record of a name, and two hosts answer in turn; a CNAME beside it it refuses, half-way through an
 * update.
 */
export function checkCollisions(draft: Draft): readonly Problem[] {
  const claims = claimsOf(draft);
  const byName = new Map<string, Claim[]>();
  for (const claim of claims) byName.set(claim.name, [...(byName.get(claim.name) ?? []), claim]);
  const sameDomain = pairsOf([...byName.values()], (claim) => claim.role === "primary");
  return [...byName.values()].flatMap((rivals) => {
    const own = rivals.filter((claim) => claim.environment === draft.environment);
    const [first] = own;
    if (first === undefined || rivals.length < 2) return [];
    const foreign = rivals.find((claim) => claim.environment !== draft.environment);
    const clashes = own.slice(1).map((claim) => ({ claim, other: first }));
    if (foreign !== undefined) clashes.push({ claim: first, other: foreign });
    return clashes
      .filter(({ claim, other }) => isNews(claim, other, sameDomain))
      .filter(({ claim, other }) => concerns(draft, claim) || concerns(draft, other))
      .map(({ claim, other }) => collision(claim, other));
  });
}

/** A host stack answers for the projects it holds; the rest is the environment's. */
function concerns(draft: Draft, claim: Claim): boolean {
  return (
    claim.environment === draft.environment &&
    draft.projects.some((project) => project.slug === claim.slug)
  );
}

/** Of two projects with one domain all names collide; saying it once is enough. */
function isNews(claim: Claim, other: Claim, sameDomain: ReadonlySet<string>): boolean {
  const bothPrimary = claim.role === "primary" && other.role === "primary";
  const ofOne = claim.project === other.project;
  return bothPrimary || ofOne || !sameDomain.has(pairKey(claim, other));
}

function collision(claim: Claim, other: Claim): Problem {
  const both = claim.role === "primary" && other.role === "primary";
  return {
    path: claim.path,
    message: both
      ? `is also the domain of ${other.slug}, at ${other.path}`
      : `takes ${claim.name} as its ${claim.role} name, which is the ${other.role} name of ${other.slug}, at ${other.path}`,
    received: JSON.stringify(claim.name),
    fix: both
      ? "give each project a domain of its own; one project may have many paths"
      : "change one of the two domains",
  };
}

function claimsOf(draft: Draft): Claim[] {
  const stacks = [draft.own, ...draft.others];
  const definitions = stacks.filter(({ stack }) => environments.some((name) => name === stack));
  return definitions.flatMap((definition) => {
    const hosts = stacks.filter(({ config }) => config.environment === definition.stack);
    return claimsOfEnvironment(draft, definition, hosts);
  });
}

function claimsOfEnvironment(
  draft: Draft,
  definition: StackDraft,
  hosts: readonly StackDraft[],
): Claim[] {
  return entriesOf(definition.config.projects).flatMap(([slug, facts]): Claim[] => {
    const { domain } = facts;
    if (domain === undefined) return [];
    const claim = (name: string, role: Claim["role"], path: string): Claim => ({
      name,
      role,
      slug,
      project: `${definition.stack}/${slug}`,
      environment: definition.stack,
      path,
    });
    const { primary, direct, origin } = namesIn(draft, domain);
    const path = at(definition, "projects", slug, "domain");
    const hosted = hosts
      .filter(({ config }) => Object.hasOwn(config.projects ?? {}, slug))
      .map((host) => {
        const name = namesIn(draft, domain, host.stack).origin;
        return claim(name, "origin", at(host, "projects", slug));
      });
    return [
      claim(primary, "primary", path),
      claim(direct, "direct", path),
      claim(origin, "origin", path),
      ...furtherNames(domain, facts).map(({ name, role, path: below }) =>
        claim(name, role === "www" ? role : "further", at(definition, "projects", slug, ...below)),
      ),
      ...hosted,
    ];
  });
}

function pairsOf(groups: readonly Claim[][], select: (claim: Claim) => boolean): Set<string> {
  return new Set(
    groups.flatMap((group) => {
      const selected = group.filter(select);
      return selected.flatMap((a) => selected.map((b) => pairKey(a, b)));
    }),
  );
}

function pairKey(a: Claim, b: Claim): string {
  return [a.project, b.project].sort().join(" ");
}
