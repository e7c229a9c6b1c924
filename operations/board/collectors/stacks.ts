import { z } from "zod";

import type { Context } from "../../ground/context";
import type { Published } from "../../ground/published";
import type { Collector } from "../reading";

/** Amounts, moments and places that a cell or a session is made of; the rest was read by the outputs' own schema. */
const believable = z.object({
  nodes: z.record(
    z.string(),
    z.object({ address: z.ipv4(), hostKey: z.string(), projects: z.array(z.string()) }),
  ),
  outputs: z
    .object({
      nodes: z.record(
        z.string(),
        z.object({
          idleSince: z.iso.datetime().optional(),
          monthlyCost: z
            .object({
              total: z.number().min(0).max(1e6).optional(),
              currency: z.string().max(10).optional(),
            })
            .optional(),
        }),
      ),
    })
    .optional(),
  interrupted: z.array(z.object({ type: z.string(), resource: z.string() })),
});

/** What the engine knows of a stack; null: it was never deployed. */
export type StackSaid = Published | null;

const form = z.custom<StackSaid>(
  (said) => said === null || believable.safeParse(said).success,
  "is no state of a stack",
);

/** What a stack published when it was last deployed. */
export function stacks(context: Context): Collector<string, StackSaid> {
  return {
    source: (stack) => `the state of stack ${stack}`,
    limitMs: 20_000,
    form,
    ask: async (stack, signal) => ({
      at: context.now,
      said: (await context.published(stack, signal)) ?? null,
    }),
  };
}
