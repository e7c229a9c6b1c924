import { signedHeaders, type AccessKey, type AwsRequest } from "./sign";

/** What the server answered. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Talks to one S3 server with one access key. */
export class S3Client {
  constructor(
    private readonly endpoint: string,
    private readonly key: AccessKey,
    private readonly region = "us-east-1",
  ) {}

  /** `path` starts with the bucket; `query` is the part after the question mark. */
  s3(method: AwsRequest["method"], path: string, query = "", body = ""): Promise<Answer> {
    const url = new URL(`${this.endpoint}/${path}${query ? `?${query}` : ""}`);
    return this.send({ method, url, service: "s3", region: this.region, body, headers: {} });
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
  async must(method: AwsRequest["method"], path: string, query = "", body = ""): Promise<Answer> {
    const answer = await this.s3(method, path, query, body);
    if (answer.status < 300) return answer;
    throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
  }

  private async send(request: AwsRequest): Promise<Answer> {
    const { host: _host, ...headers } = signedHeaders(request, this.key, new Date());
    const answer = await fetch(request.url, {
      method: request.method,
      headers,
      ...(request.body === "" ? {} : { body: request.body }),
    });
    return { status: answer.status, body: await answer.text() };
  }
}
