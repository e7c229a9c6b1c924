/**
 * Buckets of other accounts. S3 lets this account's people at one of them where their own policies do, which the
 * servers judge, and the policy of the bucket does too, which is judged here: the servers know of one account. Pure.
 */

import { fits, list } from "./condition";
import type { Target } from "./call";

/** A call as S3 judges it. */
interface Call {
  readonly action: string;
  readonly resource: string;
  /** Of a listing: what it is asked to begin with. */
  readonly prefix?: string;
}

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly Action?: unknown;
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The bucket and the key of a path; of one that nobody can read, neither. */
export function objectOf({ path }: Target): { readonly bucket: string; readonly key: string } {
  try {
    const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(decodeURIComponent(path)) ?? [];
    return { bucket, key };
  } catch {
    return { bucket: "", key: "" };
  }
}

/**
 * Whether the policy of another account's bucket allows a call to an account. Calls that archives have no need of are
 * allowed to nobody, and neither is what stands under a condition that is not known here. Denials by the conditions
 * of `condition.ts` are judged there.
 */
export function permits(
  policy: string | undefined,
  account: string,
  method: string,
  target: Target,
): boolean {
  const call = callOf(method, target);
  if (call === undefined || policy === undefined) return false;
  const { Statement } = JSON.parse(policy) as { Statement?: unknown };
  return (list(Statement) as Statement[]).some((each) => allows(each, account, call));
}

function callOf(method: string, target: Target): Call | undefined {
  const { bucket, key } = objectOf(target);
  const { query } = target;
  const resource = `arn:aws:s3:::${bucket}${key === "" ? "" : `/${key}`}`;
  if (key === "") {
    if (method !== "GET" || !query.has("list-type")) return undefined;
    return { action: "s3:ListBucket", resource, prefix: query.get("prefix") ?? "" };
  }
  const version = query.has("versionId") ? "Version" : "";
  switch (method) {
    case "GET":
    case "HEAD":
      return { action: `s3:GetObject${version}`, resource };
    case "PUT":
    case "POST":
      return { action: "s3:PutObject", resource };
    case "DELETE":
      return query.has("uploadId")
        ? { action: "s3:AbortMultipartUpload", resource }
        : { action: `s3:DeleteObject${version}`, resource };
    default:
      return undefined;
  }
}

function allows(
  { Effect, Principal, Action, Resource, Condition = {} }: Statement,
  account: string,
  { action, resource, prefix }: Call,
): boolean {
  const { AWS } = (typeof Principal === "object" ? Principal : {}) as { AWS?: unknown };
  const whose = list(AWS).map(String);
  return (
    Effect === "Allow" &&
    (whose.includes(account) || whose.includes(`arn:aws:iam::${account}:root`)) &&
    list(Action).some((each) => each === action) &&
    list(Resource).some((each) => fits(String(each), resource)) &&
    Object.entries(Condition).every(
      ([operator, tests]) =>
        operator === "StringLike" &&
        Object.entries(tests).every(
          ([key, wanted]) =>
            key === "s3:prefix" &&
            prefix !== undefined &&
            list(wanted).some((each) => fits(String(each), prefix)),
        ),
    )
  );
}
