import { z } from "zod";

/** What machines answer about a move. Unknown keys stay out: a newer program says more. */

const text = z.string().max(10_000);
const number = z.number();

const database = z.object({
  service: text,
  /** `other`: a database that nobody here knows how to fence. */
  kind: z.enum(["postgres", "mongodb", "other"]),
  image: text,
  imageId: text,
  version: text.nullish(),
  major: number.nullish(),
  collation: z.object({ provider: text, version: text.nullable() }).nullish(),
  checksums: z.boolean().nullish(),
  bytes: number.nullish(),
  names: z.array(text).default([]),
  status: text.nullish(),
  /** Why it cannot be moved by copying its files. */
  unmovable: z.array(text).default([]),
  /** Logins that were seen connected, and those that could not be fenced. */
  logins: z.array(text).default([]),
  unfenced: z.array(z.object({ login: text, why: text })).default([]),
  /** Replication slots of others, which no way of moving takes along. */
  slots: z.array(text).default([]),
});
export type Database = z.output<typeof database>;

export const survey = z.object({
  slug: text,
  commit: text.nullish(),
  project: text.nullish(),
  services: z
    .array(
      z.object({
        service: text,
        image: text.nullish(),
        imageId: text.nullish(),
        status: text.nullish(),
      }),
    )
    .default([]),
  databases: z.array(database).default([]),
  files: z.array(z.object({ name: text, bytes: number, entries: number })).default([]),
  /** What no pass over files takes; `data`: somebody has to say where it belongs. */
  leftOut: z
    .array(z.object({ what: text, reason: text, data: z.boolean().default(false) }))
    .default([]),
  disk: z.object({ free: number, total: number }),
  memory: number,
  cpu: z.object({ arch: text, flags: z.array(text).default([]) }),
  /** Whether this machine never served this project's data. */
  blank: z.boolean().nullish(),
  /** Services that act by themselves; `guessed`: nobody declared which. */
  acting: z.object({ services: z.array(text), guessed: z.boolean() }).nullish(),
  /** Whether these wait on this machine until it serves. */
  beside: z.boolean().nullish(),
  /**
   * What a move has left here that ended: read-only data of these services in its place, and where earlier data lies aside.
   * `problem`: why that is not what was left.
   */
  left: z
    .object({
      at: text,
      to: text.nullish(),
      services: z.array(text),
      bytes: number,
      problem: text.nullish(),
      aside: z.array(text),
    })
    .nullish(),
});
export type Survey = z.output<typeof survey>;

/** Where a database stands, by service, as its own server tells it. */
export const positions = z.record(text, z.object({ position: text }).loose());

export const lag = z.object({
  databases: z.record(text, z.object({ streaming: z.boolean(), behindBytes: number.nullable() })),
});
export const files = z.object({
  trees: z.array(
    z.object({
      name: text,
      entries: number,
      bytes: number,
      changed: number.nullish(),
      seconds: number.nullish(),
    }),
  ),
});
export const frozen = z
  .object({
    until: text.nullish(),
    databases: positions.default({}),
    /** Seconds that visitors wait by now, and how many each part took. */
    waited: number.optional(),
    seconds: z.record(text, number).default({}),
    /** Since when visitors wait, by the command's own clock. */
    held: text.optional(),
  })
  .loose();
/** What was loaded on the new machine, of which freeze, after it was compared with what was dumped. */
export const loaded = z.object({
  freeze: text,
  databases: z.record(
    text,
    z.object({ rows: number.optional(), documents: number.optional(), bytes: number }),
  ),
  seconds: z.record(text, number).default({}),
});
export const sealed = z.object({ databases: positions.default({}) });
export const promoted = z.object({
  databases: z.record(text, z.object({ timeline: number.nullish() }).loose()).default({}),
  healthy: z.boolean(),
  seconds: z.record(text, number).default({}),
});
export const key = z.object({ key: z.string().regex(/^[a-z0-9@.-]+ [A-Za-z0-9+/=]+( |$)/) });

/** What a proxy says of its sites, as far as they lead elsewhere. */
export const proxied = z.object({
  sites: z.array(z.object({ slug: text, next: z.object({ leads: z.boolean() }).nullish() })),
});

/** What `forward` keeps: seconds that visitors waited; absent where no note tells when they began to. */
export const forwarded = z.object({ waited: number.optional() });

/** What `follow` keeps: whether the new machine's proxy leads elsewhere until it serves. */
export const followed = z.object({ leads: z.boolean().default(false) });

/** What the new machine's proxy says once it takes visitors: the certificate that the old one is to know it by. */
export const admitted = z.object({ certificate: text });

/** What a machine says of itself in a move. */
export const status = z.object({
  role: z.enum(["none", "source", "target"]),
  phase: text.nullish(),
  since: text.nullish(),
});
export type Status = z.output<typeof status>;

/** Who holds a lock. */
export const lock = z.object({
  by: text,
  run: text,
  since: text.nullish(),
  until: text.nullish(),
});
export type Lock = z.output<typeof lock>;

/** What a machine has of one that it followed and that was lost; `taken`: it serves with that. */
export const taken = z.object({
  taken: z.boolean(),
  databases: z.record(
    text,
    z.object({ received: text, committed: text.nullish(), synchronous: z.boolean() }),
  ),
});
export type Taken = z.output<typeof taken>;

/** Where data of earlier moves lies aside on a machine. */
export const aside = z.object({ aside: z.array(text).default([]) });

/** Whatever a verb says whose answer nobody reads. */
export const anything = z.unknown();
