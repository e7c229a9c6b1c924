import type { Place } from "./archive-places";
import { onlyNewNames } from "./create-only-policy";

/**
 * The IAM policy of people who read archives (R32): `aws s3 ls` and `aws s3 cp` below what is named, and nothing
 * else. Listing asks for a prefix, so that a bucket's other names stay unseen.
 */
export function readPolicy(places: readonly Place[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: places.flatMap(reading) });
}

/**
 * The IAM policy of whoever drills restores and prunes after a proof: reads as `readPolicy`, writes new records of
 * evidence and new copies of Berth's own state (R79), and deletes archives, copies and their manifests. Deletion lays a
 * mark over an archive in a versioned bucket; what lies below it nobody deletes with this policy, nor what a lock holds.
 * IAM knows no age, so that only what is older than it is kept goes is the drill's own promise.
 */
export function drillPolicy(places: readonly Place[]): string {
  const at = (pattern: string) =>
    places.map(({ bucket, prefix }) => `arn:aws:s3:::${bucket}/${prefix}${pattern}`);
  const stateAt = (pattern: string) =>
    places.flatMap(({ bucket, state }) =>
      state === undefined ? [] : [`arn:aws:s3:::${bucket}/${state}${pattern}`],
    );
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      ...places.flatMap(reading),
      {
        Effect: "Allow",
        Action: "s3:PutObject",
        Resource: [...at("*/evidence/*"), ...stateAt("*.json.age"), ...stateAt("*.manifest.json")],
      },
      {
        Effect: "Allow",
        Action: "s3:DeleteObject",
        Resource: [...at("*.tar.lrz"), ...at("*.manifest.json"), ...stateAt("*.json.age")],
      },
      onlyNewNames,
    ],
  });
}

function reading({ bucket, prefix: below, whole }: Place): object[] {
  const prefix = whole ? "" : below;
  return [
    { Effect: "Allow", Action: "s3:GetObject", Resource: `arn:aws:s3:::${bucket}/${prefix}*` },
    {
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: `arn:aws:s3:::${bucket}`,
      ...(prefix === "" ? {} : { Condition: { StringLike: { "s3:prefix": `${prefix}*` } } }),
    },
  ];
}
