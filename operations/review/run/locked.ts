import { isDeepStrictEqual } from "node:util";

import { mapping } from "../../../components/fleet/mapping";

/** Fields of `package.json` that say which packages are installed. */
export const dependencyFields = [
  "dependencies",
  "devDependencies",
  "optionalDependencies",
  "peerDependencies",
  "overrides",
] as const;

/** A version, a range, a tag or an alias of a registry's package: no address, path or repository. */
const registrySpec = /^(npm:(@[\w.-]+\/)?[\w.-]+(@|$))?[\w.^~<>=|*+ -]*$/;
const packageName = /^(@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*$/i;
/** A folder of the repository: it leads nowhere else. */
const folder = /^[\w-]+(\/[\w-]+)*$/;
const exactVersion = /^\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/;

/**
 * Why packages that a change brings are not to be fetched, a line each with the package's name; empty
 * when all are a registry's own, named with the fingerprint of their content, and none that the base
 * has under the same version is another. Lock files and `package.json`, parsed.
 */
export function refusedPackages(change: LockedState, base: LockedState): readonly string[] {
  const { lockfileVersion, dependencies } = change.lock;
  if (lockfileVersion !== 3 || dependencies !== undefined) {
    return ["package-lock.json: only lockfileVersion 3 is read"];
  }
  const [packages, known] = [mapping(change.lock["packages"]), mapping(base.lock["packages"])];
  const prints = fingerprints(known);
  const origins = new Set(Object.values(known).flatMap((entry) => originOf(entry) ?? []));
  const entries = Object.entries(packages).flatMap(([place, entry]) =>
    place === "" || isDeepStrictEqual(entry, known[place])
      ? []
      : isWorkspaceLink(mapping(entry), packages)
        ? []
        : problemsOf(place, mapping(entry), prints, origins),
  );
  const changed = Object.fromEntries(
    Object.entries(change.manifest).filter(
      ([field, specs]) => !isDeepStrictEqual(specs, base.manifest[field]),
    ),
  );
  return [...specProblems("package.json", changed), ...entries];
}

/** What says which packages a state of the repository has. */
export interface LockedState {
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly lock: Readonly<Record<string, unknown>>;
}

/**
 * The repository's own packages in a lock file (npm's workspaces), by their folders. They bring no
 * content but the repository's, so they have neither a fingerprint nor an address.
 */
export function workspacesIn(
  packages: Readonly<Record<string, unknown>>,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const found = Object.entries(packages).flatMap(([place, entry]) => {
    const { integrity, resolved, link } = mapping(entry);
    const own = folder.test(place) && !place.split("/").includes("node_modules");
    const bare = integrity === undefined && resolved === undefined && link === undefined;
    return own && bare ? [[place, mapping(entry)] as const] : [];
  });
  return Object.fromEntries(found);
}

/** Whether an entry is npm's own link to a workspace that the same lock file names, and no more. */
function isWorkspaceLink(
  { resolved, link, ...rest }: Readonly<Record<string, unknown>>,
  packages: Readonly<Record<string, unknown>>,
): boolean {
  if (link !== true || typeof resolved !== "string" || Object.keys(rest).length > 0) return false;
  return resolved in workspacesIn(packages);
}

function problemsOf(
  place: string,
  entry: Readonly<Record<string, unknown>>,
  prints: ReadonlyMap<string, unknown>,
  origins: ReadonlySet<string>,
): readonly string[] {
  const name = nameOf(place, entry);
  if (place in workspacesIn({ [place]: entry })) return specProblems(place, entry);
  const { version, integrity, resolved } = entry;
  const known = prints.get(`${name}@${String(version)}`);
  const origin = originOf(entry);
  const reasons = [
    ...(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/.test(place) && packageName.test(name)
      ? []
      : ["it is no package of a registry"]),
    ...(entry["link"] !== undefined ? ["it is a link to files of the change"] : []),
    ...(typeof version === "string" && exactVersion.test(version)
      ? []
      : ["its version is no version"]),
    ...(resolved === undefined || (origin !== undefined && origins.has(origin))
      ? []
      : [`it comes from ${String(resolved).slice(0, 80)}`]),
    ...(typeof integrity === "string" && /^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity)
      ? []
      : ["it has no sha512 fingerprint"]),
    ...(known === undefined || known === integrity
      ? []
      : ["its version is the base's and its fingerprint is not"]),
  ];
  return [
    ...(reasons.length === 0 ? [] : [`${name}: ${reasons.join(", ")}`]),
    ...specProblems(name, entry),
  ];
}

function specProblems(where: string, fields: Readonly<Record<string, unknown>>): string[] {
  return dependencyFields.flatMap((field) => badSpecs(where, fields[field]));
}

function badSpecs(where: string, specs: unknown): string[] {
  return Object.entries(mapping(specs)).flatMap(([name, spec]) => {
    if (typeof spec === "object" && spec !== null) return badSpecs(where, spec);
    if (typeof spec === "string" && (registrySpec.test(spec) || /^\$[\w@/.-]+$/.test(spec)))
      return [];
    return [`${where}: it wants ${name} from ${String(spec).slice(0, 80)}`];
  });
}

function nameOf(place: string, entry: Readonly<Record<string, unknown>>): string {
  return typeof entry["name"] === "string"
    ? entry["name"]
    : (place.split("node_modules/").at(-1) ?? "");
}

function fingerprints(packages: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  return new Map(
    Object.entries(packages).map(([place, entry]) => {
      const fields = mapping(entry);
      return [`${nameOf(place, fields)}@${String(fields["version"])}`, fields["integrity"]];
    }),
  );
}

/** Where an entry says that it comes from: of `https:` the host, of anything else nothing. */
function originOf(entry: unknown): string | undefined {
  const { resolved } = mapping(entry);
  if (typeof resolved !== "string" || !resolved.startsWith("https://")) return undefined;
  return URL.canParse(resolved) ? new URL(resolved).origin : undefined;
}
