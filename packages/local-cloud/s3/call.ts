/** What a request to S3 is: who calls, and whether it writes an object. Pure. */

import type { IncomingHttpHeaders } from "node:http";

import type { Writing } from "./condition";

/** Who calls which service of which region, as the request itself says; whether it is true the server finds out. */
export interface Caller {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

/** What a request asks for: its path as it came, and its query. */
export interface Target {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** The target of a request line; undefined where it is no path of this server's. */
export function targetOf(line: string): Target | undefined {
  const [, path, query] = /^(\/[^?#]*)(?:\?([^#]*))?$/s.exec(line) ?? [];
  return path === undefined ? undefined : { path, query: new URLSearchParams(query) };
}

/** A request that is refused for its form: status, S3's code, and why. */
export type Malformed = readonly [status: number, code: string, why: string];

const scope = /^([^/,\s]+)\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request$/;

/** The caller; undefined for nobody in particular. A request that names two, or one in another form, is malformed. */
export function callerOf(
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
): Caller | undefined | Malformed {
  const signed = headers.authorization;
  const given = [...query].filter(([name]) => name.toLowerCase() === "x-amz-credential");
  if (signed === undefined && given.length === 0) return undefined;
  const credential =
    signed === undefined
      ? given[0]![1]
      : /^AWS4-HMAC-SHA256 +Credential=([^,\s]+),? /.exec(signed)?.[1];
  const [, accessKeyId, region, service] = scope.exec(credential ?? "") ?? [];
  if (given.length + (signed === undefined ? 0 : 1) > 1 || !accessKeyId || !region || !service) {
    return [400, "AuthorizationHeaderMalformed", "the request is not signed by one key, version 4"];
  }
  return { accessKeyId, region, service };
}

/** Calls on what belongs to an object, by the one word in their query; they need other permissions. */
const besides: readonly string[] = [
  ...["acl", "tagging", "retention", "legal-hold", "attributes", "restore", "torrent"],
];

/**
 * What a request writes; undefined for one that needs another permission than `s3:PutObject`. A query that
 * says neither of one thing nor of the other counts as a write of the whole, and names of objects that a server
 * might read as others are malformed, so that what is judged is what is done.
 */
export function writingOf(
  method: string,
  { path: raw, query }: Target,
  headers: IncomingHttpHeaders,
): Writing | undefined | Malformed {
  if (method !== "PUT" && method !== "POST") return undefined;
  let path: string;
  try {
    path = decodeURIComponent(raw.slice(1));
  } catch {
    return [400, "InvalidURI", "Couldn't parse the specified URI."];
  }
  const at = path.indexOf("/");
  const [bucket, key] = at < 0 ? [path, ""] : [path.slice(0, at), path.slice(at + 1)];
  const words = [...new Set([...query.keys()])]
    .filter((word) => word !== "x-id" && word !== "versionId" && !/^x-amz-/i.test(word))
    .sort()
    .join(" ");
  if (key === "") {
    // Settings of a bucket, and the deletion of many objects; a form that uploads names its key inside.
    if (method === "PUT" || words === "delete") return undefined;
    return [501, "NotImplemented", "uploads by a form are not on the local cloud"];
  }
  if (
    key
      .split("/")
      .some((part, index, all) => /^\.{0,2}$/.test(part) && (part || index < all.length - 1))
  ) {
    return [400, "InvalidURI", "names with empty parts, . or .. are not on the local cloud"];
  }
  const write = (creates: boolean, ifNoneMatch = headers["if-none-match"]) => {
    const writing = { bucket, key, creates, ifNoneMatch };
    if (ifNoneMatch === undefined || ifNoneMatch === "*") return writing;
    return [
      501,
      "NotImplemented",
      "If-None-Match takes * alone where an object is written",
    ] as const;
  };
  if (method === "POST") {
    if (besides.includes(words) || words === "select select-type") return undefined;
    if (words === "uploads") return write(false);
    if (words === "uploadId") return write(true);
    return [501, "NotImplemented", "A POST of this kind is not on the local cloud."];
  }
  if (words === "partNumber uploadId") return write(false);
  if (besides.includes(words)) return undefined;
  // A copy takes no such header.
  if (headers["x-amz-copy-source"] !== undefined) {
    return { bucket, key, creates: true, ifNoneMatch: undefined };
  }
  return write(true);
}
