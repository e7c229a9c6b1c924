import { createHash } from "node:crypto";

import { askAt, type Answer, type Place } from "./ask";
import { signedHeaders, type AccessKey, type AwsRequest } from "./sign";

/** Talks to one S3 server with one access key. */
export class S3Client {
  constructor(
    private readonly endpoint: string,
    private readonly key: AccessKey,
    private readonly region = "us-east-1",
    /** Where the server is when not at the endpoint's own address. */
    private readonly place?: Place,
    /** The authority that it is trusted by, where it speaks TLS: a certificate in PEM. */
    private readonly authority?: string,
  ) {}

  /** `path` starts with the bucket; `query` is the part after the question mark. */
  s3(
    method: AwsRequest["method"],
    path: string,
    query = "",
    body = "",
    headers: AwsRequest["headers"] = {},
  ): Promise<Answer> {
    const url = new URL(`${this.endpoint}/${path}${query ? `?${query}` : ""}`);
    // Calls that set something demand a checksum.
    const sum = createHash("md5").update(body).digest("base64");
    const own = method === "PUT" || method === "POST" ? { "content-md5": sum } : {};
    const all = { ...own, ...headers };
    return this.send({ method, url, service: "s3", region: this.region, body, headers: all });
  }

  /** One action of IAM's query protocol. */
  iam(action: string, parameters: Readonly<Record<string, string>>): Promise<Answer> {
    return this.send({
      method: "POST",
      url: new URL(`${this.endpoint}/`),
      service: "iam",
      region: "us-east-1",
      body: new URLSearchParams({
        Action: action,
        Version: "2010-05-08",
        ...parameters,
      }).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
  }

  /** One action of KMS's JSON protocol. */
  kms(action: string, parameters: Readonly<Record<string, unknown>>): Promise<Answer> {
    return this.send({
      method: "POST",
      url: new URL(`${this.endpoint}/`),
      service: "kms",
      region: this.region,
      body: JSON.stringify(parameters),
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `TrentService.${action}`,
      },
    });
  }

  /** Keys of a bucket's objects, in S3's order. */
  async keys(bucket: string): Promise<string[]> {
    const { body } = await this.must("GET", bucket, "list-type=2");
    return [...body.matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) => match[1]!);
  }

  /** Like `s3`, but an answer other than 2xx is an error with the server's words. */
  async must(
    method: AwsRequest["method"],
    path: string,
    query = "",
    body = "",
    headers: AwsRequest["headers"] = {},
  ): Promise<Answer> {
    const answer = await this.s3(method, path, query, body, headers);
    if (answer.status < 300) return answer;
    throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
  }

  private send(request: AwsRequest): Promise<Answer> {
    const { method, url, body } = request;
    const headers = {
      ...signedHeaders(request, this.key, new Date()),
      "content-length": Buffer.byteLength(body),
    };
    const place = this.place ?? { url, authority: this.authority };
    return askAt(place, method, `${url.pathname}${url.search}`, headers, body);
  }
}
