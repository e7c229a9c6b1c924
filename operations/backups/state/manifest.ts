import { z } from "zod";

import { dayLength } from "../../../components/fleet/formats";
import { instantText, readInstant, type Listed } from "../keys";
import { readForm } from "../manifest";

/** A stack of a copy: what was encrypted, and what came of it. */
const stack = z.object({
  /** Its object: ASCII armour of age around what `pulumi stack export` printed. */
  key: z.string(),
  bytes: z.int().min(0),
  /** Of the object. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of what is inside. */
  inside: z.string().regex(/^[0-9a-f]{64}$/),
  resources: z.int().min(0),
});

const manifest = z.object({
  format: z.literal(1),
  project: z.string(),
  begun: z.string(),
  /** The engine that printed it, in its own words. */
  engine: z.string(),
  stacks: z.record(z.string(), stack),
  /** Stacks that have a file and were never deployed: there is nothing of them to copy. */
  absent: z.array(z.string()),
});

/** What a copy of Berth's own state holds: `<date>.manifest.json`, written last. */
export type StateManifest = z.output<typeof manifest>;

/** Reads a manifest. Answers it, or what is wrong with it. */
export function readStateManifest(text: string): StateManifest | string {
  return readForm(text, manifest);
}

const manifestEnd = ".manifest.json";

/** The key of one stack of the copy that is begun at an instant. */
export function stackKey(prefix: string, at: Date, name: string): string {
  return `${prefix}${instantText(at)}.${name}.json.age`;
}

export function stateManifestKey(prefix: string, at: Date): string {
  return `${prefix}${instantText(at)}${manifestEnd}`;
}

/**
 * What may go after a proof: copies that are older than they are kept, and what a copy that was cut off left. Never the
 * copy that was just proven. The manifest of a copy is first, so that what is left of a cut is no copy. Pure.
 */
export function prunableCopies(
  prefix: string,
  listed: readonly Listed[],
  { proven, keepDays, now }: { proven: string; keepDays: number; now: Date },
): string[] {
  const until = now.getTime() - keepDays * dayLength;
  const kept = proven.slice(0, -manifestEnd.length);
  return listed
    .map(({ key }) => key)
    .filter((key) => {
      const [date = ""] = key.slice(prefix.length).split(".");
      const at = key.startsWith(prefix) ? readInstant(date) : undefined;
      return at !== undefined && at.getTime() < until && `${prefix}${date}` !== kept;
    })
    .sort((one, other) => Number(other.endsWith(manifestEnd)) - Number(one.endsWith(manifestEnd)));
}

/** A copy that has its manifest, and so is whole. */
export interface StateCopy {
  readonly manifest: string;
  readonly at: Date;
}

/** The copies among what a prefix holds, oldest first; what has no manifest is none. */
export function stateCopies(prefix: string, listed: readonly Listed[]): StateCopy[] {
  return listed
    .flatMap(({ key }): StateCopy[] => {
      if (!key.startsWith(prefix) || !key.endsWith(manifestEnd)) return [];
      const at = readInstant(key.slice(prefix.length, -manifestEnd.length));
      return at === undefined ? [] : [{ manifest: key, at }];
    })
    .sort((one, other) => one.at.getTime() - other.at.getTime());
}
