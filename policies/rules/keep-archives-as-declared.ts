import { ownBuckets, settingsOf } from "../judge/buckets";
import type { Declared } from "../judge/declared";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { input, type Resource } from "../judge/resource";
import { at, entries, unknown, type Value } from "../../engine/values";

const types = [
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
];

export const policy: Policy = {
  name: "keep-archives-as-declared",
  rules: [29],
  description:
    "No lifecycle deletes archives by their age: after weeks of failing backups the last good one would go. " +
    "What is older than `keepDays` goes after a drill has proven a newer one. An adopted bucket keeps its " +
    "own settings.",
  checkStack: keepArchivesAsDeclared,
};

/** Judges, for every bucket, the rules after which S3 deletes by itself. */
export function* keepArchivesAsDeclared(
  resources: readonly Resource[],
  declared: Declared,
): Generator<Judgement> {
  for (const bucket of ownBuckets(resources, declared)) {
    const settings = settingsOf(bucket, types, resources);
    for (const setting of [bucket, ...settings]) {
      const key = setting === bucket ? "lifecycleRules" : "rules";
      const rules = setting.inputs === undefined ? unknown : input(setting, key);
      if (rules === unknown) yield unjudged(setting, key);
      for (const [index, rule] of entries(rules).entries()) {
        yield* judge(setting, `${key}[${index}]`, rule);
      }
    }
  }
}

function* judge(setting: Resource, path: string, rule: Value): Generator<Judgement> {
  if (at(rule, "status") === "Disabled" || at(rule, "enabled") === false) return;
  const [days, date] = [at(rule, "expiration", "days"), at(rule, "expiration", "date")];
  if (rule === unknown || days === unknown || date === unknown) yield unjudged(setting, path);
  else if (date) {
    yield violation(
      setting,
      `${path} deletes archives of every age on ${String(date)}`,
      "take the expiration out; `berth drill` deletes what is older than keepDays after a proof",
    );
  } else if (typeof days === "number" && days > 0) {
    yield violation(
      setting,
      `${path} deletes archives after ${days} days, also the last one that was proven`,
      "take the expiration out; `berth drill` deletes what is older than keepDays after a proof",
    );
  }
}
