import { jobName } from "../../components/fleet/jenkins";
import type { Existing, Found } from "./existing";
import type { Spent } from "./job";
import { isAnothers, takenText } from "./mark";
import type { Rendered } from "./render";

/** What is wrong with a job that exists, or should. */
export interface Finding {
  readonly name: string;
  readonly kind: "taken" | "unreadable" | "unsaid" | "delete" | "missing" | "differs" | "switched";
  readonly says: string;
}

/** A job as it shall be, and whose. */
type Own = Rendered & Spent;

/**
 * Compares what exists with what the stack files declare, sorted by name. Jobs of other Berth projects than `owner`, as
 * `ownerOf` has it, are nobody's business here, but for names that are needed. Pure.
 */
export function judge(
  rendered: readonly Own[],
  { jobs, unreadable }: Found,
  owner: string,
): Finding[] {
  const wanted = new Map(rendered.map((each) => [each.name, each]));
  const there = new Set(jobs.map(({ name }) => name));
  return [
    ...unreadable.map((file): Finding => {
      return { name: file, kind: "unreadable", says: "cannot be read, so nobody knows what it is" };
    }),
    ...rendered
      .filter(({ name }) => !there.has(name))
      .map(({ name }): Finding => {
        return { name, kind: "missing", says: "is declared and not there; load it" };
      }),
    ...jobs.flatMap((job) => judgeOne(job, wanted, owner)),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function judgeOne(
  { name, mark, disabled }: Existing,
  all: ReadonlyMap<string, Own>,
  owner: string,
): Finding[] {
  const wanted = all.get(name);
  if (mark === undefined || isAnothers(mark, owner)) {
    return wanted === undefined ? [] : [{ name, kind: "taken", says: takenText(mark) }];
  }
  if (mark.owner === undefined && ![...all.values()].some(({ slug }) => slug === mark.slug)) {
    const says =
      "has a mark of berth jobs that does not say whose it is, and no stack file here declares it: another Berth project's, or one that is declared no more; find out, and delete it in that case";
    return [{ name, kind: "unsaid", says }];
  }
  const runs = disabled
    ? ""
    : ", and it is enabled: it can still start a delivery; disable it first";
  if (jobName(mark.slug, mark.kind) !== name) {
    const says = `is a copy of ${jobName(mark.slug, mark.kind)} under another name; delete it${runs}`;
    return [{ name, kind: "delete", says }];
  }
  if (wanted === undefined) {
    const says = `no stack file declares it any more; delete it${runs}`;
    return [{ name, kind: "delete", says }];
  }
  if (wanted.digest !== mark.digest) {
    const open = wanted.disabled && !disabled ? ", which disables it" : "";
    return [
      { name, kind: "differs", says: `is not as the stack files have it; load it anew${open}` },
    ];
  }
  if (mark.owner === undefined) {
    return [{ name, kind: "differs", says: "is not marked with whose it is yet; load it anew" }];
  }
  if (wanted.disabled === disabled) return [];
  const says = `was ${disabled ? "disabled" : "enabled"} by hand; load it anew`;
  return [{ name, kind: "switched", says }];
}
