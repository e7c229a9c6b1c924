import { domainToASCII } from "node:url";

import { z } from "zod";
import { backupSettings, former, node } from "./schema-nodes";
import { waivers } from "./schema-waivers";
import { backupRegions, environments, awsServices, residencies } from "./fleet";
import {
  accountPattern,
  commitPattern,
  domainPattern,
  loginPattern,
  repositoryPattern,
  slugPattern,
  stackPattern,
  zoneIdPattern,
} from "./formats";
import { choice, count, group, hints, list, map, text } from "./hints";

const domain = (description: string) =>
  text(description, domainPattern, {
    what: "a domain name",
    allowed: "a name such as kmc.example.org, lower case, without https:// and trailing dot",
    fix: "write the bare name",
    fixFor: (name) => {
      // eslint-disable-next-line no-control-regex -- ASCII begins with the control characters
      const ascii = /^[\x00-\x7f]*$/.test(name) ? "" : domainToASCII(name.toLowerCase());
      return ascii === "" ? undefined : `write it in Punycode, as DNS has it: ${ascii}`;
    },
  });

const stack = (description: string) =>
  text(description, stackPattern, {
    what: "a stack's name",
    allowed: "lower-case letters, digits and hyphens",
    fix: "write the name as `pulumi stack ls` shows it",
  });

const flag = (description: string) =>
  z.boolean().describe(description).register(hints, {
    what: "true or false",
    allowed: "true, false",
    fix: "write it without quotes",
  });

const memberName = z.string().describe("Name of a member of berth:team.members.").register(hints, {
  what: "a member's name",
  fix: "write a name from berth:team.members",
});

const agency = group("Facts about the agency that all stacks share.", {
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
});

const publicKey = (description: string) =>
  z.string().describe(description).register(hints, {
    what: "an OpenSSH public key",
    fix: "paste the line of the .pub file",
    secret: true,
  });

const repository = (description: string) =>
  text(description, repositoryPattern, {
    what: "the address of a repository without a password in it",
    allowed: "git@host:owner/name.git or https://host/owner/name.git",
    fix: "copy the clone address and keep tokens out of it",
  });

const team = group("The roster: who exists and who may deploy.", {
  members: map(
    "People by account name.",
    "a map of members",
    group("A person of the team.", {
      keys: list("The person's SSH keys; at least one.", publicKey("A line of a .pub file.")),
    }),
    loginPattern,
  ),
  groups: map(
    "Named sets of members, for access.",
    "a map of groups",
    list("Members of the group.", memberName),
  ).optional(),
  deployers: map(
    "SSH keys that may enter new machines and configure all machines; at least one.",
    "a map of deployers",
    publicKey("A line of the deployer's .pub file."),
  ),
  dotfiles: group("Repository that every member gets a clone of, at one commit (R19).", {
    repository: repository("Its clone address."),
    commit: text("Full hash of the commit, 40 hex digits.", commitPattern, {
      what: "the full hash of a commit",
      allowed: "40 hex digits, lower case; no branch or tag, which could move",
      fix: "write what `git rev-parse HEAD` says in a clone, in quotes",
    }),
  }).optional(),
});

const visitsPerDay = count("Expected visits a day; from 1000 a size must be chosen (R8).", 0, {
  what: "a number of visits",
  fix: "write the number without quotes",
});
const heavyCompute = flag("Heavy computing, for which a size must be chosen (R8).");
const needs = list(
  "What only AWS offers (R2).",
  choice("An AWS service.", awsServices, { what: "an AWS service", fix: "choose one of them" }),
);
const residency = choice("Where the data may live (R3).", residencies, {
  what: "a residency with a rule: the manual has a rule for Canada only",
  fix: "choose explicitly: canada, or anywhere when no law or contract restricts the place",
});
const nodeName = text("Node it lives on: its slug, or slug-client (R9).", slugPattern, {
  what: "a node's name",
  allowed: "a project's slug, or slug-client",
  fix: "write the slug of a project on that node",
});

/** The facts of a project that differ between its hosts. */
const placed = {
  node: nodeName.optional(),
  needs: needs.optional(),
  residency: residency.optional(),
  visitsPerDay: visitsPerDay.optional(),
  heavyCompute: heavyCompute.optional(),
};

export const project = group("A client project.", {
  formerly: former(
    "Its slug until now: everything it has stays. Taken out once every stack is updated.",
  ).optional(),
  domain: domain("Primary domain; its direct and origin names follow from it."),
  dns: choice("Who runs its DNS; external: Berth prints the records.", ["cloudflare", "external"], {
    what: "a way to run DNS",
    fix: "choose cloudflare, or external when the client runs it",
  }).optional(),
  repository: repository("Its source repository.").optional(),
  access: list(
    "Groups and members with an account on its node.",
    z.string().describe("A group or member of berth:team.").register(hints, {
      what: "the name of a group or member",
      fix: "write a name from berth:team",
    }),
  ),
  ...placed,
  backup: group(
    "A place for archives of its data, and a key of its node that can only add to them; production needs one (R29). Berth does not make the archives yet.",
    {
      database: choice("Kind of its database.", ["postgres", "postgis", "mongodb", "none"], {
        what: "a kind of database",
        fix: "choose the kind, or none for files alone",
      }).optional(),
      region: choice("Region of the bucket.", backupRegions, {
        what: "a region for backups",
        fix: "choose one, or leave it out: ca-central-1 for data that stays in Canada, otherwise us-east-1",
      }).optional(),
    },
  ).optional(),
  servedBy: stack(
    "Host stack that serves it; none: its service ended; absent: this stack's own node.",
  ).optional(),
});

export const hostedProject = group(
  "A project of the environment that this host stack gives a machine; {} takes all facts from there.",
  placed,
);

const environment = choice("The environment a host stack serves.", environments, {
  what: "an environment",
  fix: "choose the environment this host stack serves",
}).optional();

const shared = {
  agency,
  team,
  environment,
  nodes: map(
    "Machines that need more than the defaults.",
    "a map of nodes",
    node,
    slugPattern,
  ).optional(),
  backups: backupSettings.optional(),
  waivers: waivers.optional(),
};

/** The `berth:` keys of an environment stack (`stage`, `prod`). */
export const environmentConfig = group("Berth's keys of an environment stack.", {
  ...shared,
  projects: map("Projects by slug.", "a map of projects", project, slugPattern),
});

/** The `berth:` keys of a host stack. */
export const hostConfig = group("Berth's keys of a host stack.", {
  ...shared,
  projects: map(
    "Projects of the environment by slug.",
    "a map of projects",
    hostedProject,
    slugPattern,
  ),
});

export type EnvironmentConfig = z.infer<typeof environmentConfig>;
export type HostConfig = z.infer<typeof hostConfig>;
export type ProjectFacts = z.infer<typeof project>;
