import { adoption, isBucket } from "../judge/buckets";
import type { Declared } from "../judge/declared";
import { violation, type Judgement, type Policy } from "../judge/policy";
import { input, type Resource } from "../judge/resource";

export const policy: Policy = {
  name: "leave-adopted-buckets-alone",
  rules: [82],
  description:
    "A bucket that was there before Berth keeps its policy, its lifecycle and every other setting: " +
    "the stack holds the bucket itself and nothing that names it.",
  checkStack: leaveAdoptedBucketsAlone,
};

/** Judges everything of S3 that names an adopted bucket, or is computed from one. */
export function* leaveAdoptedBucketsAlone(
  resources: readonly Resource[],
  declared: Declared,
): Generator<Judgement> {
  const buckets = resources.filter(
    (bucket) => isBucket(bucket) && adoption(bucket, declared) === true,
  );
  const urns = new Set(buckets.map(({ urn }) => urn));
  for (const resource of resources) {
    if (!resource.type.startsWith("aws:s3") || isBucket(resource)) continue;
    const named = input(resource, "bucket");
    const touches =
      declared.adopted.some((name) => name === named) ||
      (resource.dependencies["bucket"] ?? []).some((urn) => urns.has(urn));
    if (!touches) continue;
    yield violation(
      resource,
      "it changes a bucket that was there before Berth",
      "take it out, and ask the bucket's owner to change it",
    );
  }
}
