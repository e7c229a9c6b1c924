import { z } from "zod";

import { clouds } from "./cloud";
import type { Declared } from "./declared";
import { hostKey, login } from "./fields";
import { choice, group, hints } from "./hints";

export const adoption = group(
  "A machine made by hand or by another tool, taken over by import (R11).",
  {
    provider: choice("Where it runs.", clouds, { what: "a provider", fix: "choose one of them" }),
    id: z
      .string()
      .describe("The provider's id: droplet number in quotes, zone/uuid, or i-….")
      .register(hints, { what: "a machine's id", fix: "write the id in quotes" }),
    region: z
      .string()
      .describe("Region (DigitalOcean, AWS) or zone (Scaleway) where it runs.")
      .register(hints, { what: "a region", fix: "write the region as the provider names it" }),
    size: z
      .string()
      .describe("Its present size, as the provider names it.")
      .register(hints, { what: "a size name", fix: "write the size as the provider names it" }),
    login,
    hostKey,
  },
);

/** A machine made by hand or by another tool, taken over by import (R11). */
export type Adoption = Declared<typeof adoption>;
