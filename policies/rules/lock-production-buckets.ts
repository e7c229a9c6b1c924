import { ownBuckets, settingsOf } from "../judge/buckets";
import type { Declared } from "../judge/declared";
import { isProduction } from "../judge/facts";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import type { Resource } from "../judge/resource";
import { at, unknown } from "../../engine/values";

const daysOfYear = 365;
const types = ["aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"];

export const policy: Policy = {
  name: "lock-production-buckets",
  rules: [29],
  description:
    "A production bucket locks its archives in compliance mode, for the days that `berth:backups` " +
    "declares (30, or `keepDays` where that is less): nobody can delete them, whatever credentials " +
    "they hold. An adopted bucket keeps its own settings.",
  checkStack: lockProductionBuckets,
};

/** Judges, for every production bucket, the resource that locks what is put into it. */
export function* lockProductionBuckets(
  resources: readonly Resource[],
  declared: Declared,
): Generator<Judgement> {
  for (const bucket of ownBuckets(resources, declared)) {
    if (isProduction(bucket) !== true) continue;
    const locks = settingsOf(bucket, types, resources);
    if (locks.length === 0) {
      yield violation(
        bucket,
        "nothing locks its archives",
        "take lockDays: 0 out, or add a BucketObjectLockConfiguration in compliance mode",
      );
    }
    for (const lock of locks) yield* judge(lock, declared.lockDays);
  }
}

function* judge(lock: Resource, lockDays: number): Generator<Judgement> {
  const retention =
    lock.inputs === undefined ? unknown : at(lock.inputs, "rule", "defaultRetention");
  const [mode, days, years] = ["mode", "days", "years"].map((key) => at(retention, key));
  if ([mode, days, years].includes(unknown)) {
    yield unjudged(lock, "rule.defaultRetention");
    return;
  }
  if (mode !== "COMPLIANCE") {
    yield violation(
      lock,
      `its mode is ${String(mode ?? "not set")}: who holds the account can lift it`,
      "set rule.defaultRetention.mode to COMPLIANCE",
    );
    return;
  }
  const locked = Number(days ?? 0) + Number(years ?? 0) * daysOfYear;
  const wanted = Math.max(lockDays, 1);
  if (locked >= wanted) return;
  yield violation(
    lock,
    `it locks for ${locked} days; declared: ${wanted}`,
    `set rule.defaultRetention.days to ${wanted}`,
  );
}
