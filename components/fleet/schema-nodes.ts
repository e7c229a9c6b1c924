import { z } from "zod";
import { backupRegions, clouds, declarableSteps } from "./fleet";
import { datePattern, loginPattern, slugPattern } from "./formats";
import { choice, count, group, hints, list, text } from "./hints";

const hostKey = z
  .string()
  .describe(
    "The machine's SSH host key, a line such as ssh-ed25519 AAAA…; connections are pinned to it.",
  )
  .register(hints, {
    what: "the machine's SSH host key",
    fix: "take the line of `ssh-keyscan -t ed25519 <address>` and compare it with what the machine's owner says",
    secret: true,
  });

const login = text("Account for the first login.", loginPattern, {
  what: "an account name",
  allowed: "lower-case letters, digits, - and _, at most 32, first a letter",
  fix: "write the account that the machine's owner prepared",
});

/** The name that a project or node had in the stack file so far. */
export const former = (description: string) =>
  text(description, slugPattern, {
    what: "a former name",
    allowed: "lower-case words joined by hyphens, as the stack file said until now",
    fix: "write the name as it stood before, or remove the line when it was never renamed",
  });

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
  server: group("The client's own machine (R1): reached, never created.", {
    address: z.string().describe("IPv4 address.").register(hints, {
      what: "an IPv4 address",
      fix: "write the machine's IPv4 address",
    }),
    login,
    hostKey,
  }).optional(),
  adopt: group("A machine made by hand or by another tool, taken over by import (R11).", {
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
  }).optional(),
  manage: list(
    "What Berth may change on a machine it did not make; absent: it only looks.",
    choice("A step of taking over.", declarableSteps, { what: "a step", fix: "choose among them" }),
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
  retired: group("Permission to let the machine go, seven days after the switch (R74, R75).", {
    since: text(
      "UTC date on which its service ended; what was recorded at the switch counts too.",
      datePattern,
      {
        what: "a date",
        allowed: "YYYY-MM-DD",
        fix: "write the UTC date on which its service ended",
      },
    ),
    snapshot: text(
      "Id of the offline snapshot taken of it since the switch; looked up at the provider.",
      /\S/,
      {
        what: "the id of a snapshot",
        fix: "take a snapshot of the stopped machine and write its id (R75)",
      },
    ),
    remove: z
      .boolean()
      .describe(
        "The machine goes: released by one update, deleted by the next. Refused before seven days.",
      )
      .register(hints, {
        what: "true or false",
        allowed: "true, false",
        fix: "write it without quotes",
      })
      .optional(),
  }).optional(),
});

/** `berth:backups`. */
export const backupSettings = group("Where backups go and how long they stay.", {
  keepDays: count("Days an archive is kept; 35 when absent.", 1, {
    what: "a number of days",
    fix: "write the number without quotes",
  }).optional(),
  lockDays: count(
    "Days in which nobody can delete an archive (object lock); 0 for no lock. When absent: 30 in production, or keepDays where that is less, and no lock in stage.",
    0,
    {
      what: "a number of days",
      fix: "write the number without quotes, or 0 for no lock",
    },
  ).optional(),
  adopt: list(
    "Buckets that existed before Berth; their objects, policies, lifecycle and lock stay as they are. They must be versioned.",
    group("A bucket.", {
      name: z
        .string()
        .describe("Its name.")
        .register(hints, { what: "a bucket's name", fix: "write the bucket's name" }),
      region: choice("Its region.", backupRegions, {
        what: "a region for backups",
        fix: "choose the region the bucket is in",
      }),
    }),
  ).optional(),
});
