import { jobName } from "../../components/fleet/jenkins";
import type { Existing, Found } from "./existing";
import type { Rendered } from "./render";

/** What is wrong with a job that exists, or should. */
export interface Finding {
  readonly name: string;
  readonly kind: "taken" | "unreadable" | "delete" | "missing" | "differs" | "switched";
  readonly says: string;
}

/** Compares what exists with what the stack files declare, sorted by name. Pure. */
export function judge(rendered: readonly Rendered[], { jobs, unreadable }: Found): Finding[] {
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
    ...jobs.flatMap((job) => judgeOne(job, wanted.get(job.name))),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function judgeOne(job: Existing, wanted: Rendered | undefined): Finding[] {
  const { name, mark, disabled } = job;
  if (mark === undefined) {
    if (wanted === undefined) return [];
    const says =
      "was made by hand (its description has no mark of berth jobs), and is not replaced; rename it, or delete it";
    return [{ name, kind: "taken", says }];
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
  if (wanted.disabled === disabled) return [];
  const says = `was ${disabled ? "disabled" : "enabled"} by hand; load it anew`;
  return [{ name, kind: "switched", says }];
}
