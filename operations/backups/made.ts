import type { Context } from "../ground/context";
import { exits } from "../ground/usage";
import * as backup from "./backup";
import * as drill from "./drill";
import { mustBeAbleToDrill } from "./drill-key";

/** How a command makes an archive and its proof before it goes on; each answers whether it came to a good end. */
export interface Making {
  readonly backUp: (environment: string, slug: string) => Promise<boolean>;
  readonly drill: (environment: string, slug: string) => Promise<boolean>;
}

/** `as`: as whom the machine is entered. `keep`: no archive is pruned, since these are the ones that stay. */
export function making(
  context: Context,
  { as, keep = false }: { readonly as: string | undefined; readonly keep?: boolean },
): Making {
  return {
    async backUp(environment, slug) {
      mustBeAbleToDrill(context, environment, slug);
      const by = as === undefined ? [] : ["--as", as];
      return (
        (await backup.main(context, ["--environment", environment, ...by, slug])) === exits.done
      );
    },
    drill: async (environment, slug) =>
      (await drill.main(context, [
        ...["--environment", environment, ...(keep ? ["--keep"] : [])],
        slug,
      ])) === exits.done,
  };
}
