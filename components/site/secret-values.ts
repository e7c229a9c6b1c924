import type * as pulumi from "@pulumi/pulumi";

import { ConfigError } from "../fleet/problem";
import type { ResolvedProject } from "../placement/resolved";

/** Values of projects' secrets, by slug and name. They are handed to the engine as secrets, whatever they come as. */
export type SecretValues = Readonly<Record<string, Readonly<Record<string, pulumi.Input<string>>>>>;

/**
 * The values of a project's secrets, in the order of their names; undefined where it has none. Throws a `ConfigError`
 * that names what is not given: only a program that declares nodes itself can come to that.
 */
export function valuesFor(
  { slug, secrets = [] }: Pick<ResolvedProject, "slug" | "secrets">,
  given: SecretValues,
): Readonly<Record<string, pulumi.Input<string>>> | undefined {
  if (secrets.length === 0) return undefined;
  const values: Readonly<Record<string, pulumi.Input<string>>> = given[slug] ?? {};
  const lacking = secrets.filter((name) => values[name] === undefined);
  if (lacking.length > 0) {
    throw new ConfigError(
      lacking.map((name) => ({
        path: `secrets.${slug}.${name}`,
        message: `is missing: the project ${slug} declares it`,
        fix: "give the node its value",
      })),
    );
  }
  return Object.fromEntries([...secrets].sort().map((name) => [name, values[name]!]));
}
