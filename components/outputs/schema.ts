import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { waiver } from "../fleet/waiver";

/**
 * The engine's word for what a failed resource would have given: `unknownValue` of its SDK, which takes a
 * quarter of a second to load. A test compares them.
 */
const failed = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * A value that a stack published, or undefined. What failed, what is not known yet and what is secret
 * tells nothing, as does what an earlier program did not publish; whoever reads previews and states has
 * symbols for it.
 */
function told<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (isSilent(value) ? undefined : value), schema.optional());
}

function isSilent(value: unknown): boolean {
  if (value === null || value === failed || typeof value === "symbol") return true;
  // What the SDK makes of the engine's word while it previews.
  return typeof value === "object" && "__pulumiUnknown" in value;
}

/** Things by name. Without a prototype: a project may be called `constructor`. */
function named<Schema extends z.ZodType>(schema: Schema) {
  return told(z.record(z.string(), told(schema))).transform(
    (entries): Readonly<Record<string, z.output<Schema>>> => {
      const there = Object.entries(entries ?? {}).filter(([, entry]) => entry !== undefined);
      return Object.assign(Object.create(null), Object.fromEntries(there)) as never;
    },
  );
}

const text = told(z.string());
const number = told(z.number());
const texts = told(z.array(z.string()));

/** Where a machine is reached, and the host key that is pinned there. */
const way = { address: text, hostKey: text };

/** A machine. */
const node = z.object({
  /** A cloud, or `client`. */
  provider: text,
  /** Region, or zone at Scaleway. */
  region: text,
  /** The provider's own name of its size. */
  size: text,
  /** The rule of the manual that says where it runs. */
  rule: told(z.object({ name: text, number })),
  reason: text,
  /** The provider's id of it. */
  id: text,
  /** Both once it was converged: host stacks' machines are read from here. */
  ...way,
  /** Its public IPv6 address, where it has one and was converged. */
  address6: text,
  /** The account that was prepared for the first login. */
  login: text,
  /** The account of every later session. */
  account: text,
  /** It was entered and its converge failed: for those who repair it. */
  unfinished: told(z.object(way)),
  /** List prices of a month; absent where not known. */
  monthlyCost: told(
    z.object({
      machine: number,
      disk: number,
      address: number,
      total: number,
      currency: text,
      asOf: text,
    }),
  ),
  /** Slugs of the projects that live on it. */
  projects: texts,
  environment: text,
  /** Since when it serves nobody (R74), an ISO 8601 instant. */
  idleSince: text,
  /** Its protection was lifted: everything was checked, and the next run deletes it. */
  released: told(z.boolean()),
  /** The id that it was imported by. */
  adopted: text,
  /** The end of each project's certificate that it was seen to serve, by slug, as Cloudflare says it. */
  certificates: named(z.string()).optional(),
});

/** A record that the client sets, where the client runs DNS (R82). */
const record = z.object({ name: text, type: text, content: text });

/** A record as the zone held it before, in Cloudflare's words. */
const formerRecord = z.object({
  ...record.shape,
  proxied: told(z.boolean()),
  ttl: number,
  comment: text,
});

const project = z.object({
  /** Name of its node. */
  node: text,
  /** The stack whose machine answers under its names, or `none`. */
  servedBy: text,
  /** Since when, an ISO 8601 instant; absent where no run saw it done. */
  servedSince: text,
  /** The stack that it moves to, while it does. */
  movesTo: text,
  /** Members with an account on its node. */
  access: texts,
  primary: text,
  origin: text,
  direct: text,
  www: text,
  /** Further domains that serve the site, and those that shall lead on to it. */
  serves: texts,
  redirects: texts,
  records: told(z.array(record)),
  /** What the zone held under its names before they were taken over: the way back. */
  takenOver: told(z.array(formerRecord)),
  /** They were given back to it. */
  handedBack: told(z.boolean()),
  /** The end of the certificate that the serving machine was seen to serve under its names (R27). */
  certificate: text,
});

/** Where a project's archives go. */
const backup = z.object({
  bucket: text,
  prefix: text,
  region: text,
  /** The bucket was there before Berth. */
  adopted: told(z.boolean()),
  /** The AWS account of the client who owns it; absent: the agency's (R82). */
  owner: text,
});

/** Names of the IAM groups that a manager puts people into (R42): who reads archives, and who drills them. */
const archiveGroups = z.object({ readers: text, drills: text });

/**
 * What a stack publishes: the one account of it, by which it is written and read. Every part may be
 * absent where it is read, since programs before this one published less; unknown keys are left out, since
 * later ones publish more.
 */
const stackOutputs = z.object({
  nodes: named(node),
  projects: named(project),
  backups: named(backup),
  archiveGroups: told(archiveGroups),
  /** Exceptions from policies that the stack was deployed with. */
  waivers: told(z.array(waiver.loose())),
  /** What policies compare resources with. They read it by themselves: they judge this program. */
  declared: z.unknown().optional(),
});

export type NodeOutput = z.output<typeof node>;
export type ProjectOutput = z.output<typeof project>;
export type BackupOutput = z.output<typeof backup>;
export type ArchiveGroupsOutput = z.output<typeof archiveGroups>;
export type StackOutputs = z.output<typeof stackOutputs>;

/** Something as a program writes it: all of it but what is `Maybe` there. */
export type Written<Output, Maybe extends keyof Output = never> = {
  readonly [Key in Exclude<keyof Output, Maybe>]-?: Later<Output[Key]>;
} & { readonly [Key in Maybe]?: Later<Output[Key]> };

/** A value that is known now or later, as are its parts. */
type Later<T> =
  | pulumi.Input<T>
  | (T extends readonly (infer Element)[] ? readonly Later<Element>[] : never)
  | (T extends object ? { readonly [Key in keyof T]: Later<T[Key]> } : never);

/** Outputs that this program cannot read: another one wrote them. */
export class UnreadableOutputs extends Error {
  /** The engine prints errors with this mark (`RunError`) as they are, without a stack trace. */
  readonly __pulumiRunError = true;

  /** `reason` says what is wrong with them, without the stack's name. */
  constructor(
    stack: string,
    readonly reason: string,
    readonly fix = "use the version that deployed the stack last, or a newer one",
  ) {
    super(`The outputs of stack ${stack} ${reason}: ${fix}.`);
    this.name = "UnreadableOutputs";
    // As a `refusal` has none: it may be raised where the engine renders it for every output.
    delete this.stack;
  }
}

/**
 * Reads a stack's outputs, from the engine's answer, an exported state or a preview; a stack that has
 * none published nothing. Throws `UnreadableOutputs`.
 */
export function readOutputs(stack: string, outputs: unknown): StackOutputs {
  const reading = stackOutputs.safeParse(outputs ?? {});
  if (reading.success) return reading.data;
  const [issue] = reading.error.issues;
  const where = issue?.path.map(String).join(".") || "no group of outputs";
  throw new UnreadableOutputs(
    stack,
    `are of a form that this version of Berth cannot read (${where})`,
  );
}
