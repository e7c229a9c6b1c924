import type { Declared } from "./declared";
import { input, type Resource } from "./resource";
import { backupBucket, buckets } from "./types";
import { unknown, type Found } from "../../engine/values";

/** Buckets of a stack that Berth made; adopted ones are left as they are. */
export function ownBuckets(
  resources: readonly Resource[],
  declared: Declared,
): readonly Resource[] {
  return resources.filter((bucket) => isBucket(bucket) && adoption(bucket, declared) === false);
}

export function isBucket({ type }: Resource): boolean {
  return buckets.includes(type);
}

/**
 * Whether a bucket was there before Berth, as its component and the stack's configuration both say;
 * anything else is Berth's.
 */
export function adoption(bucket: Resource, { adopted: names }: Declared): boolean | typeof unknown {
  const name = input(bucket, "bucket");
  if (name !== unknown && !names.some((declared) => declared === name)) return false;
  const { parent } = bucket;
  if (parent?.type !== backupBucket) return false;
  if (parent.inputs === undefined) return unknown;
  const adopted = input(parent, "adopted");
  return adopted === unknown ? unknown : adopted === true;
}

/** Settings of a bucket: resources of a type that name it, or are computed from it. */
export function settingsOf(
  bucket: Resource,
  types: readonly string[],
  resources: readonly Resource[],
): readonly Resource[] {
  const name = input(bucket, "bucket");
  return resources.filter((setting) => {
    if (!types.includes(setting.type)) return false;
    const named: Found = input(setting, "bucket");
    if (typeof named === "string" && typeof name === "string") return named === name;
    return (setting.dependencies["bucket"] ?? []).includes(bucket.urn);
  });
}

/** The region of a bucket: its own, or its provider's. */
export function regionOf(bucket: Resource): Found {
  return input(bucket, "region") ?? bucket.provider?.["region"];
}
