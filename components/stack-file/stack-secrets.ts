import { isMapping } from "../fleet/mapping";
import type { YamlEntries, YamlFile } from "./stack-yaml";

/** The key that alone may hold what is encrypted. */
export const secretsKey = "secrets";

/** What stands in the place of every value: readers see that it is there. */
const encrypted = { secure: "encrypted" } as const;

const setIt = (slug: string, name: string) =>
  `pulumi config set --secret --path 'berth:secrets.${slug}.${name}'`;

/**
 * The names under `berth:secrets` of a stack file. Values are never read: only the engine has the key, and a host
 * stack not even that of its environment's. What is not encrypted is a fault, and is not shown.
 */
export function secretsIn(file: YamlFile, node: unknown, at: readonly PropertyKey[]): unknown {
  const projects = file.entries(node, at);
  if (projects === undefined) {
    return file.fault(
      at,
      "is no map of projects",
      `set each secret: ${setIt("<project>", "<NAME>")}`,
    );
  }
  if (isSecure(file, projects)) return asWhole(file, at);
  const read = projects.map(([slug, below]) => {
    const place = [...at, slug];
    const secrets = file.entries(below, place);
    if (secrets === undefined) {
      return [slug, file.fault(place, "is no map of secrets", setIt(slug, "<NAME>"))] as const;
    }
    if (isSecure(file, secrets)) return [slug, asWhole(file, place)] as const;
    const values = secrets.map(([name, value]) => {
      const parts = file.entries(value, [...place, name]);
      if (parts !== undefined && isSecure(file, parts)) return [name, encrypted] as const;
      return [name, plain(file, [...place, name], slug, name)] as const;
    });
    return [slug, Object.fromEntries(values)] as const;
  });
  return Object.fromEntries(read);
}

/** The same of what the engine hands over, which is decrypted: the values go no further than here. */
export function withoutValues(resolved: unknown): unknown {
  if (!isMapping(resolved)) return resolved === null ? {} : undefined;
  return Object.fromEntries(
    Object.entries(resolved).map(([slug, secrets]) => [
      slug,
      isMapping(secrets)
        ? Object.fromEntries(Object.keys(secrets).map((name) => [name, encrypted]))
        : undefined,
    ]),
  );
}

/** Whether a mapping is what the engine takes for one encrypted value. */
function isSecure(file: YamlFile, entries: YamlEntries): boolean {
  const [only] = entries;
  return entries.length === 1 && only?.[0] === "secure" && file.isText(only[1]);
}

function asWhole(file: YamlFile, at: readonly PropertyKey[]): undefined {
  return file.fault(
    at,
    "is encrypted as a whole, so that nobody can read the names in it",
    `set each secret by itself: ${setIt("<project>", "<NAME>")}`,
  );
}

function plain(file: YamlFile, at: readonly PropertyKey[], slug: string, name: string): undefined {
  return file.fault(
    at,
    "is not encrypted: whoever has the file has the secret",
    `exchange the secret where it is used, and set the new one: ${setIt(slug, name)}`,
  );
}
