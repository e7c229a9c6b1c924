import type * as pulumi from "@pulumi/pulumi";

/**
 * Options under which a resource, and everything below it whose name begins with its own, is found
 * where it stands in the state under a former name. Each gets an alias of its own: the engine lets
 * children inherit a parent's alias only in the update that renames the parent, so that after one
 * that broke off half-way it would make the rest anew and delete what is there.
 *
 * Former names that nothing bears change nothing, so they can be taken out after the update.
 *
 * @example
 * new ProjectNode("store", args, { ...opts, ...renamed("store", "shop") });
 */
export function renamed(
  name: string,
  ...former: readonly (string | undefined)[]
): Pick<pulumi.ResourceOptions, "transformations"> {
  const names = former.filter((each) => each !== undefined && each !== name);
  if (names.length === 0) return {};
  return {
    transformations: [
      ({ name: own, props, opts }) => {
        const rest = own.startsWith(name) ? own.slice(name.length) : undefined;
        if (rest === undefined) return undefined;
        const aliases = names.map((each) => ({ name: `${each}${rest}` }));
        return { props, opts: { ...opts, aliases: [...(opts.aliases ?? []), ...aliases] } };
      },
    ],
  };
}
