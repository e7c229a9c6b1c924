import { z } from "zod";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

const table = z.object({
  schema: z.string(),
  name: z.string(),
  rows: count,
  /** Rows in the dump; null for a table whose rows are elsewhere (foreign, parent of partitions). */
  dumped: count.nullable(),
  sha256: sha256.nullable(),
});

/** What of a database is counted on both sides. */
export const counted = [
  "sequences",
  "largeObjects",
  "constraints",
  "indexes",
  "views",
  "populated",
  "functions",
  "triggers",
] as const;

const database = z.object({
  name: z.string(),
  path: z.string(),
  bytes: count,
  sha256,
  owner: z.string(),
  encoding: z.string(),
  collate: z.string(),
  /** Archives of before do not tell these; servers before PostgreSQL 15 have but one provider. */
  ctype: z.string().optional(),
  provider: z.enum(["c", "i", "b"]).nullish(),
  locale: z.string().nullish(),
  rules: z.string().nullish(),
  extensions: z.array(z.object({ name: z.string(), version: z.string() })),
  tables: z.array(table),
  sequences: count,
  largeObjects: count,
  constraints: count,
  indexes: count,
  views: count,
  /** Materialized views that hold rows. */
  populated: count.optional(),
  functions: count,
  triggers: count,
});

/** Of MongoDB; `sha256`: the sum of those of its documents, whatever their order. */
const collection = z.object({
  database: z.string(),
  name: z.string(),
  documents: count,
  sha256,
  indexes: z.array(z.string()),
});

const server = z.object({
  service: z.string(),
  kind: z.enum(["postgres", "mongodb"]),
  image: z.string(),
  imageId: z.string(),
  /** Version of the server, in its own words. */
  server: z.string(),
  globals: z.object({ path: z.string(), bytes: count, sha256 }).optional(),
  roles: z.array(z.string()),
  databases: z.array(database),
  /** MongoDB's whole dump, and what is in it; archives of before have no `collections`. */
  dump: z.object({ path: z.string(), bytes: count, sha256 }).optional(),
  collections: z.array(collection).optional(),
});

const files = z.object({
  name: z.string(),
  source: z.string(),
  path: z.string(),
  entries: count,
  bytes: count,
  /** SHA-256 of `files/<name>.sha256`. */
  list: sha256,
  changed: z.array(z.string()),
  vanished: z.array(z.string()),
  unreadable: z.array(z.string()),
  /** Those with ACLs or extended attributes, which an archive does not keep; absent: its node did not look. */
  attributes: z.array(z.string()).optional(),
});

const inside = z.object({
  format: z.literal(1),
  project: z.string(),
  environment: z.string(),
  begun: z.string(),
  finished: z.string(),
  seconds: z.number(),
  commit: z.string().nullish(),
  consistency: z.string(),
  tools: z.record(z.string(), z.unknown()),
  databases: z.array(server),
  files: z.array(files),
  /** Services of databases that are not dumped, whose files were read while they ran; absent: its node did not look. */
  living: z.array(z.string()).optional(),
  left_out: z.array(z.object({ what: z.string(), reason: z.string() })),
});

const manifest = inside.extend({
  archive: z.object({ key: z.string(), bytes: count, sha256 }),
});

/** What an archive holds, as its node counted it: `<date>.manifest.json`. */
export type Manifest = z.output<typeof manifest>;
export type ManifestServer = z.output<typeof server>;
export type ManifestDatabase = z.output<typeof database>;
export type ManifestFiles = z.output<typeof files>;

/** Reads a manifest. Answers it, or one sentence about what is wrong with it. */
export function readManifest(text: string): Manifest | string {
  return readForm(text, manifest);
}

/** Reads JSON of a form. Answers it, or one sentence about what is wrong with it. */
export function readForm<Form extends object>(text: string, form: z.ZodType<Form>): Form | string {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return "it is no JSON";
  }
  const read = form.safeParse(raw);
  if (read.success) return read.data;
  const [first] = read.error.issues;
  return `${first?.path.join(".") || "it"}: ${first?.message}`;
}

/** A manifest without what is told of its archive, as it stands inside of that; in one spelling. */
export function insideOf(text: string): string {
  const { archive: _archive, ...rest } = JSON.parse(text) as Record<string, unknown>;
  return canonical(rest);
}

/** JSON with sorted keys and without space: equal values are equal texts. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    each !== null && typeof each === "object" && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );
}

/** What a manifest's tables hold together. */
export function totals(manifest: Manifest): {
  databases: number;
  tables: number;
  rows: number;
  bytes: number;
  files: number;
} {
  const databases = manifest.databases.flatMap((each) => each.databases);
  const tables = databases.flatMap((each) => each.tables);
  const collections = manifest.databases.flatMap((each) => each.collections ?? []);
  const dumps = manifest.databases.flatMap(({ dump }) => dump ?? []);
  const sum = (numbers: readonly number[]) => numbers.reduce((one, other) => one + other, 0);
  return {
    databases: databases.length + new Set(collections.map(({ database: name }) => name)).size,
    tables: tables.length + collections.length,
    rows: sum([
      ...tables.map(({ dumped }) => dumped ?? 0),
      ...collections.map((each) => each.documents),
    ]),
    bytes: sum([...databases, ...dumps, ...manifest.files].map(({ bytes }) => bytes)),
    files: sum(manifest.files.map(({ entries }) => entries)),
  };
}
