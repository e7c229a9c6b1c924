import { createHash } from "node:crypto";

import { jobKinds, type JobKind } from "../../components/fleet/jenkins";

/** By which a job is known as one of Berth's, on Jenkins and in files. */
export interface Mark {
  /** The project's slug; of the fleet's own jobs the engine's project. */
  readonly slug: string;
  readonly kind: JobKind;
  /** Of what was rendered: another one was rendered at another time. */
  readonly digest: string;
  /** Whose it is, as `ownerOf` has it. Absent in marks of before they said so. */
  readonly owner?: string;
}

const engineName = "[A-Za-z0-9_.-]+";
const pattern = new RegExp(
  `\\[berth jobs: (${engineName}) (${jobKinds.join("|")}) ([0-9a-f]{12})(?: of ([a-z0-9-]+/${engineName}))?\\]`,
);

/** The mark that a job's description ends with. */
export function markText({ slug, kind, digest, owner }: Required<Mark>): string {
  return `[berth jobs: ${slug} ${kind} ${digest} of ${owner}]`;
}

/** The mark in a description; undefined in one that was written by somebody else. */
export function readMark(description: string): Mark | undefined {
  const [, slug, kind, digest, owner] = pattern.exec(description) ?? [];
  if (slug === undefined || kind === undefined || digest === undefined) return undefined;
  return { slug, kind: kind as JobKind, digest, ...(owner === undefined ? {} : { owner }) };
}

/** Whether a mark is another Berth project's: what no mark says whose it is may be anybody's. */
export function isAnothers({ owner }: Mark, own: string | undefined): boolean {
  return owner !== undefined && owner !== own;
}

/** Why a job under a needed name is not replaced, and what to do. */
export function takenText(mark: Mark | undefined): string {
  return mark?.owner === undefined
    ? "was made by hand (its description has no mark of berth jobs), and is not replaced; rename it, or delete it"
    : `is a job of another Berth project, ${mark.owner}, and is not replaced; give one of the two projects another name`;
}

/** The digest of a job, whatever its description says. */
export function digestOf(job: object): string {
  return createHash("sha256").update(JSON.stringify(job)).digest("hex").slice(0, 12);
}
