import { z } from "zod";

import { askAbout, resolversHere, type NamedThing } from "../../fleet/named";
import type { Context } from "../../ground/context";
import type { Collector } from "../reading";

/** The names of a project, with where each of them shall lead. */
export interface Names {
  readonly wanted: readonly NamedThing[];
}

const namesSaid = z.object({
  given: z.array(
    z.object({ resolver: z.string(), name: z.string(), addresses: z.array(z.ipv4()).max(100) }),
  ),
});

export type NamesSaid = z.output<typeof namesSaid>;

/** Milliseconds that a resolver has. */
const resolveMs = 5_000;

/** Where the names of projects lead, as resolvers say: nothing that runs on a machine is asked. */
export function names(context: Context): Collector<Names, NamesSaid> {
  const resolvers = resolversHere(context.env);
  return {
    source: () => `resolvers ${resolvers.join(", ")}`,
    limitMs: 10_000,
    form: namesSaid,
    ask: async ({ wanted }) => ({
      at: context.now,
      said: { given: await askAbout(wanted, resolvers, resolveMs) },
    }),
  };
}
