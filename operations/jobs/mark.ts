import { createHash } from "node:crypto";

import { jobKinds, type JobKind } from "../../components/fleet/jenkins";

/** By which a job is known as one of ours, on Jenkins and in files. */
export interface Mark {
  readonly slug: string;
  readonly kind: JobKind;
  /** Of what was rendered: another one was rendered at another time. */
  readonly digest: string;
}

const pattern = new RegExp(
  `\\[berth jobs: ([a-z][a-z0-9-]*) (${jobKinds.join("|")}) ([0-9a-f]{12})\\]`,
);

/** The mark that a job's description ends with. */
export function markText({ slug, kind, digest }: Mark): string {
  return `[berth jobs: ${slug} ${kind} ${digest}]`;
}

/** The mark in a description; undefined in one that was written by somebody else. */
export function readMark(description: string): Mark | undefined {
  const [, slug, kind, digest] = pattern.exec(description) ?? [];
  if (slug === undefined || kind === undefined || digest === undefined) return undefined;
  return { slug, kind: kind as JobKind, digest };
}

/** The digest of a job, whatever its description says. */
export function digestOf(job: object): string {
  return createHash("sha256").update(JSON.stringify(job)).digest("hex").slice(0, 12);
}
