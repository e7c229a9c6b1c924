import { z } from "zod";

import { formerName, type TakenName } from "../edge/former-record";
import type { ProjectSpec } from "../fleet/fleet";
import type { OwnState } from "./own-state";

const remembered = z.object({
  name: z.string(),
  records: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      type: z.string(),
      content: z.string(),
      proxied: z.boolean(),
      ttl: z.number(),
      comment: z.string().exactOptional(),
    }),
  ),
});

/**
 * The names that earlier runs took over, by the project's slug: all that the state remembers, also of a
 * domain that the project has left.
 */
export function formerNames(
  { projects }: { readonly projects: readonly ProjectSpec[] },
  own: OwnState | undefined,
): Map<string, readonly TakenName[]> {
  const stashes = [...(own?.byName("pulumi:index:Stash") ?? [])].flatMap(([resource, outputs]) => {
    const reading = remembered.safeParse(outputs["output"]);
    return reading.success ? [{ resource, taken: reading.data }] : [];
  });
  return new Map(
    projects.flatMap(({ slug, formerly }) => {
      const own = stashes.filter(({ resource, taken }) =>
        [slug, formerly].some((each) => each && resource === formerName(each, taken.name)),
      );
      return own.length === 0 ? [] : [[slug, own.map(({ taken }) => taken)] as const];
    }),
  );
}
