import { accountPattern, domainPattern, slugPattern, zoneIdPattern } from "./formats";
import { domain } from "./fields";
import { acme } from "./acme";
import { agencySentry } from "./sentry";
import { agencyBackups } from "./agency-backups";
import { group, list, map, text } from "./hints";
import type { Declared } from "./declared";
import { agencyJenkins } from "./jenkins";
import { maintenance } from "./maintenance";

/** `berth:agency`. */
export const agency = group("Facts about the agency that all stacks share.", {
  name: text("Short name of the agency, first part of bucket names.", slugPattern, {
    what: "a short name",
    allowed: "lower-case words joined by hyphens, first character a letter",
    fix: "write a short name such as countable",
  }),
  domains: list(
    "Domains registered to the agency itself; names under them use the suffix form (R25).",
    domain("A domain of the agency."),
  ),
  zones: map(
    "Cloudflare zone id by zone name.",
    "a map of zone ids",
    text("Zone id, 32 hex digits, from the zone's overview page.", zoneIdPattern, {
      what: "a Cloudflare zone id",
      allowed: "32 hex digits, lower case",
      fix: "copy the zone id from the zone's overview page in Cloudflare",
      secret: true,
    }),
    domainPattern,
  ),
  awsAccount: text("AWS account of backups and AWS nodes, in quotes (R33).", accountPattern, {
    what: "the text of an AWS account",
    allowed: "12 digits in quotes",
    fix: "copy it from `aws sts get-caller-identity` and keep the quotes, since it may start with 0",
  }),
  acme: acme.optional(),
  sentry: agencySentry.optional(),
  maintenance: maintenance.optional(),
  jenkins: agencyJenkins.optional(),
  backups: agencyBackups.optional(),
});

/**
 * Facts about the agency that all stacks share: its short name, its own domains (R25), the Cloudflare zone
 * ids by zone name, and the AWS account of 12 digits that backups and AWS nodes belong to (R33).
 */
export type Agency = Declared<typeof agency>;
