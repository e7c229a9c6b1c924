import type { Field, ResourceTable } from "../../../emulator/table";
import { isObject, type Props } from "../../../emulator/values";
import { frameworkFailed } from "../errors";
import { bucketPart } from "./bucket-part";

const classes = [
  "GLACIER",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "DEEP_ARCHIVE",
  "GLACIER_IR",
];
const storageClass: Field = { type: "string", required: true, oneOf: classes };

/** When objects and their older versions move to cheaper storage or go. A framework resource. */
export const bucketLifecycle: ResourceTable = bucketPart({
  name: "bucketLifecycleConfiguration",
  title: "Lifecycle Configuration",
  action: "PutBucketLifecycleConfiguration",
  style: "framework",
  inputs: {
    expectedBucketOwner: { type: "string", forceNew: true, absent: "" },
    transitionDefaultMinimumObjectSize: { type: "string", computed: true },
    timeouts: { type: "object" },
    rules: {
      type: "list",
      fields: {
        id: { type: "string", required: true },
        status: { type: "string", required: true, oneOf: ["Enabled", "Disabled"] },
        prefix: { type: "string", absent: "" },
        filter: { type: "object" },
        abortIncompleteMultipartUpload: {
          type: "object",
          fields: { daysAfterInitiation: { type: "integer" } },
        },
        expiration: {
          type: "object",
          fields: {
            date: { type: "string" },
            days: { type: "integer", absent: 0 },
            expiredObjectDeleteMarker: { type: "boolean", absent: false },
          },
        },
        noncurrentVersionExpiration: {
          type: "object",
          fields: {
            newerNoncurrentVersions: { type: "integer" },
            noncurrentDays: { type: "integer", required: true },
          },
        },
        noncurrentVersionTransitions: {
          type: "set",
          fields: {
            newerNoncurrentVersions: { type: "integer" },
            noncurrentDays: { type: "integer", required: true },
            storageClass,
          },
        },
        transitions: {
          type: "set",
          fields: { date: { type: "string" }, days: { type: "integer", absent: 0 }, storageClass },
        },
      },
    },
  },
  filled: { transitionDefaultMinimumObjectSize: "all_storage_classes_128K" },
  refuse(inputs) {
    const rules = (Array.isArray(inputs["rules"]) ? inputs["rules"] : []).filter(isObject);
    const message = complaint(rules);
    if (!message) return;
    throw frameworkFailed(
      `creating S3 Bucket (${String(inputs["bucket"])}) Lifecycle Configuration`,
      {
        service: "S3",
        action: "PutBucketLifecycleConfiguration",
        status: 400,
        code: "InvalidArgument",
        message,
      },
    );
  },
});

/** S3's own reasons; undefined when the rules are fine. */
function complaint(rules: readonly Props[]): string | undefined {
  const ids = rules.map((rule) => rule["id"]);
  if (new Set(ids).size < ids.length)
    return "Rule ID must be unique. Found same ID for more than one rule";
  for (const rule of rules) {
    const moves = (Array.isArray(rule["transitions"]) ? rule["transitions"] : []).filter(isObject);
    if (moves.some((move) => move["storageClass"] === "STANDARD_IA" && Number(move["days"]) < 30)) {
      return "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'";
    }
    const expiry = isObject(rule["expiration"]) ? Number(rule["expiration"]["days"] ?? 0) : 0;
    if (expiry > 0 && moves.some((move) => Number(move["days"]) >= expiry)) {
      return "'Days' in the Expiration action for filter must be greater than 'Days' in the Transition action";
    }
  }
  return undefined;
}
