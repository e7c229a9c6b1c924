import { z } from "zod";

import { adoption } from "./adoption";
import type { Declared } from "./declared";
import { flag, former, stack } from "./fields";
import { choice, count, group, hints, list } from "./hints";
import { nodeJenkins } from "./jenkins";
import { maintenance } from "./maintenance";
import { network, openPort } from "./ports";
import type { AwsService, Residency } from "./project";
import { retirement, type Retirement } from "./retirement";
import { server } from "./server";
import { takeOverSteps, type TakeOverStep } from "./take-over";

/** An entry of `berth:nodes`. */
export const node = group("A machine that needs more than the defaults, or exists already.", {
  formerly: former(
    "Its name until now, where it does not follow from a project's: the machine stays.",
  ).optional(),
  memoryGb: count("GB of memory (R7).", 2, {
    what: "an amount of memory in GB",
    fix: "ask for 2 GB or more, without quotes and unit (R7)",
  }).optional(),
  diskGb: count("GB of disk (R7).", 50, {
    what: "an amount of disk in GB",
    fix: "ask for 50 GB or more, without quotes and unit (R7)",
  }).optional(),
  size: z
    .string()
    .describe("The provider's own size name, instead of the cheapest that fits.")
    .register(hints, { what: "a size name", fix: "write the provider's name of the size" })
    .optional(),
  ipv6: flag(
    "true: the machine gets a public IPv6 address too, and its names AAAA records (R23, R24). For machines that Berth makes at DigitalOcean, from their making on.",
  ).optional(),
  server: server.optional(),
  adopt: adoption.optional(),
  manage: list(
    "What Berth may change on a machine it did not make; absent: it only looks.",
    choice("A step of taking over.", takeOverSteps, { what: "a step", fix: "choose among them" }),
  ).optional(),
  accounts: list(
    "Existing accounts that the step people gives to the members of the same name, on a machine Berth did not make.",
    z
      .string()
      .describe("A member with access to this machine, whose account exists there.")
      .register(hints, {
        what: "the name of an account",
        fix: "write the name of a member with access to this machine",
      }),
  ).optional(),
  sshFrom: list("Networks that may come to SSH (R26); absent: anyone.", network).optional(),
  visitorsFrom: list(
    "Addresses of machines that projects of this node have moved from, while their proxies lead visitors here (R70): let in at the web's ports beside Cloudflare; absent: none.",
    network,
  ).optional(),
  ports: list("What is let in beside SSH and the web; absent: nothing.", openPort).optional(),
  maintenance: maintenance.optional(),
  jenkins: nodeJenkins.optional(),
  retired: retirement.optional(),
  madeBy: stack(
    "The host stack that made its machine and was folded into this one: owner file, tags and credentials keep that stack's name, so that nothing of it is made anew.",
  ).optional(),
});

/** The stack whose name a node's machine bears at its provider and in its owner file. */
export function madeBy(fleet: { readonly stack: string }, node: Pick<NodeSpec, "madeBy">): string {
  return node.madeBy ?? fleet.stack;
}

/**
 * A machine this stack owns: its entry, where it has one, and what follows from it and from the projects on
 * it. `accounts` are those of a machine that Berth did not make which become the members' of the same
 * name, sorted; each is a member with access to it.
 */
export interface NodeSpec extends Omit<Declared<typeof node>, "manage"> {
  /** Project slug, or `slug-client` (R9). */
  readonly name: string;
  /** Slugs of the projects that live on it, sorted; never empty. */
  readonly projects: readonly string[];
  /** Union of what its projects need. */
  readonly needs: readonly AwsService[];
  /** The strictest residency among its projects. */
  readonly residency: Residency;
  /** GB of memory asked for, at least 2 (R7). */
  readonly memoryGb: number;
  /** GB of disk asked for, at least 50 (R7). */
  readonly diskGb: number;
  /** Steps of take-over switched on; all of them for machines that Berth makes. */
  readonly manage: readonly TakeOverStep[];
  readonly retired?: Retirement;
}
