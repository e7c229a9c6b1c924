import { z } from "zod";

import type { Declared } from "./declared";
import { hostKey, login } from "./fields";
import { group, hints } from "./hints";

export const server = group("The client's own machine (R1): reached, never created.", {
  address: z.string().describe("IPv4 address.").register(hints, {
    what: "an IPv4 address",
    fix: "write the machine's IPv4 address",
  }),
  login,
  hostKey,
});

/** A machine that the client provides (R1): reached, never created. */
export type ClientServer = Declared<typeof server>;
