import { z } from "zod";

import { backup, type BackupSpec } from "./backups";
import type { Declared } from "./declared";
import { branch, files, health, jobs, overlap, secretNames, workers } from "./delivery";
import { domain, flag, former, repository, stack } from "./fields";
import { slugPattern } from "./formats";
import { choice, count, group, hints, list, text } from "./hints";
import { migration } from "./migration";
import { jenkins } from "./jenkins";
import { httpPort } from "./ports";
import { replacedRecord } from "./replaced-record";
import { projectSentry } from "./sentry";
import { visitors } from "./visitors";

/** What only AWS offers (R2). */
export const awsServices = ["cognito", "rds"] as const;
export type AwsService = (typeof awsServices)[number];

/** Where a project's data may live. The manual has a rule for Canada alone (R3). */
export const residencies = ["anywhere", "canada"] as const;
export type Residency = (typeof residencies)[number];

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

/** An entry of `berth:projects` in an environment stack. */
export const project = group("A client project.", {
  formerly: former(
    "Its slug until now: everything it has stays. Taken out once every stack is updated.",
  ).optional(),
  domain: domain("Primary domain; its direct and origin names follow from it."),
  dns: choice("Who runs its DNS; external: Berth prints the records.", ["cloudflare", "external"], {
    what: "a way to run DNS",
    fix: "choose cloudflare, or external when the client runs it",
  }).optional(),
  www: flag("true: www.<domain> serves the site too.").optional(),
  further: group("Further domains of the project; each lies in a declared zone.", {
    serve: list("Domains that serve the same site.", domain("A domain.")).optional(),
    redirect: list(
      "Domains that lead visitors on to the primary domain (301), where the machine has Berth's proxy; elsewhere the records alone are made.",
      domain("A domain."),
    ).optional(),
  }).optional(),
  replaces: list(
    "Records of its names that the zone holds and that go: a CNAME, a second A, an AAAA.",
    replacedRecord,
  ).optional(),
  handBack: flag(
    "true: its names lead again to where they led before they were taken over, and stay when it goes.",
  ).optional(),
  httpPort: httpPort.optional(),
  repository: repository("Its source repository; with one it is delivered (R43).").optional(),
  branch: branch.optional(),
  health: health.optional(),
  secrets: secretNames.optional(),
  jobs: jobs.optional(),
  jenkins: jenkins.optional(),
  sentry: projectSentry.optional(),
  files: files.optional(),
  overlap: overlap.optional(),
  workers: workers.optional(),
  visitors: visitors.optional(),
  access: list(
    "Groups and members with an account on its node.",
    z.string().describe("A group or member of berth:team.").register(hints, {
      what: "the name of a group or member",
      fix: "write a name from berth:team",
    }),
  ),
  ...placed,
  backup: backup.optional(),
  servedBy: stack(
    "Host stack that serves it; none: its service ended; absent: this stack's own node.",
  ).optional(),
  migration: migration.optional(),
});

/** An entry of `berth:projects` in a host stack. */
export const hostedProject = group(
  "A project of the environment that this host stack gives a machine; {} takes all facts from there.",
  placed,
);

/** A client project: what was declared of it, and what follows from that. */
export interface ProjectSpec extends Declared<typeof project> {
  readonly slug: string;
  /** Name of the Cloudflare zone that holds the domain; absent with `dns: external`. */
  readonly zone?: string;
  /** `external`: the client runs DNS; Berth prints the records instead of making them. */
  readonly dns: "cloudflare" | "external";
  /** Name of the node it lives on. */
  readonly node: string;
  /** Members with an account on its node, sorted. */
  readonly access: readonly string[];
  readonly backup?: BackupSpec;
  /** Host stack that serves it, or `nobody`; absent: this stack's own node. */
  readonly servedBy?: string;
}
