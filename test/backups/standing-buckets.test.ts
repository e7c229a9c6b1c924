import { describe, expect, it } from "vitest";

import { standingBuckets } from "../../components/deployment/standing-buckets";
import { ownStateOf } from "../../components/present/own-state";
import { changed, parse, prod } from "../stack-file/fixture";

const fleet = parse(prod());
const canada = fleet.buckets.filter(({ region }) => region === "ca-central-1");
/** Where no project of the other region has a backup any more. */
const left = { ...fleet, buckets: canada };
const name = "countable-prod-backups-us-east-1";
const resource = (type: string, logical: string, outputs: object) => [
  `urn:pulumi:prod::berth::${type}::${logical}`,
  { type, outputs },
];
const state = (bucket: string, days?: number) => {
  const lock = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
  const rule = { defaultRetention: { mode: "COMPLIANCE", days } };
  return ownStateOf(
    Object.fromEntries([
      resource("aws:s3/bucket:Bucket", "backups-us-east-1-bucket", { bucket }),
      ...(days === undefined ? [] : [resource(lock, "backups-us-east-1-lock", { rule })]),
    ]),
  );
};
const regions = (...args: Parameters<typeof standingBuckets>) =>
  standingBuckets(...args).map(({ region }) => region);

describe("the buckets of production", () => {
  it("stay with what guards them once no project writes there any more", () => {
    expect(regions(left, state(name))).toEqual(["ca-central-1", "us-east-1"]);
    const [, kept] = standingBuckets(left, state(name, 30));
    expect(kept).toMatchObject({ name, adopted: false, lockDays: 30 });
    expect(standingBuckets(left, state(name))[1]).not.toHaveProperty("lockDays");
  });

  it("are those of projects alone where none was made, one was adopted, or nothing is known", () => {
    expect(regions(left, ownStateOf({}))).toEqual(["ca-central-1"]);
    expect(regions(left, state("archives-of-before"))).toEqual(["ca-central-1"]);
    expect(regions(left, undefined)).toEqual(["ca-central-1"]);
    expect(regions(fleet, state(name))).toEqual(fleet.buckets.map(({ region }) => region));
  });

  it("and stage's go with their last project, as long as nothing is in them", () => {
    const stage = parse({ ...changed(prod(), []), stack: "stage" });
    const none = { ...stage, buckets: [] };
    expect(standingBuckets(none, state("countable-stage-backups-us-east-1"))).toEqual([]);
  });
});
