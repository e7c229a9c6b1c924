/** A resource's name to the engine: `urn:pulumi:<stack>::<project>::<parents' types>$<type>::<name>`. */

/** The stack that it is in. */
export function stackOf(urn: string): string {
  return urn.split("::")[0]!.slice("urn:pulumi:".length);
}

/** The resource's own type, `digitalocean:index/droplet:Droplet`, without its parents'. */
export function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** Its logical name, which may hold anything; of what is no URN the text itself. */
export function nameOf(urn: string): string {
  const name = urn.split("::").slice(3).join("::");
  return name === "" ? urn : name;
}

/** The type of the stack itself, whose outputs are the stack's. */
export const stackType = "pulumi:pulumi:Stack";
