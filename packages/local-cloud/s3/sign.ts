import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** An access key of AWS or of a server that speaks its language. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A request before it is signed. */
export interface AwsRequest {
  readonly method: "GET" | "PUT" | "POST" | "DELETE" | "HEAD";
  readonly url: URL;
  readonly service: "s3" | "iam" | "sts" | "kms";
  readonly region: string;
  readonly body: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Headers of the request with its signature: AWS Signature Version 4. Pure. */
export function signedHeaders(
  request: AwsRequest,
  key: AccessKey,
  now: Date,
): Record<string, string> {
  const instant = now.toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = [instant.slice(0, 8), request.region, request.service, "aws4_request"];
  const headers: Record<string, string> = {
    ...request.headers,
    host: request.url.host,
    "x-amz-date": instant,
    "x-amz-content-sha256": sha256(request.body),
  };
  const names = Object.keys(headers).sort();
  const canonical = [
    request.method,
    request.url.pathname,
    [...request.url.searchParams]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join("&"),
    ...names.map((name) => `${name}:${headers[name]}`),
    "",
    names.join(";"),
    headers["x-amz-content-sha256"],
  ].join("\n");
  const signature = signatureOf(canonical, instant, scope, key.secretAccessKey);
  return {
    ...headers,
    authorization:
      `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope.join("/")}, ` +
      `SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
}

/**
 * Whether a POST of a form to `/` carries the signature of a key: what IAM's actions are. `headers` are those
 * that came, by lower-case names. Pure.
 */
export function isSignedBy(
  key: AccessKey,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
): boolean {
  const form =
    /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\/([^,\s]+), *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})$/;
  const [, id, scope, names, given] = form.exec(String(headers["authorization"])) ?? [];
  if (id !== key.accessKeyId || !scope || !names || !given) return false;
  const hash = sha256(body);
  const canonical = [
    ...["POST", "/", ""],
    ...names.split(";").map((name) => `${name}:${String(headers[name] ?? "").trim()}`),
    ...["", names, hash],
  ].join("\n");
  const instant = String(headers["x-amz-date"]);
  const made = signatureOf(canonical, instant, scope.split("/"), key.secretAccessKey);
  return timingSafeEqual(Buffer.from(made), Buffer.from(given));
}

function signatureOf(
  canonical: string,
  instant: string,
  scope: readonly string[],
  secret: string,
): string {
  const text = ["AWS4-HMAC-SHA256", instant, scope.join("/"), sha256(canonical)].join("\n");
  const signingKey = scope.reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));
  return hmac(signingKey, text).toString("hex");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
