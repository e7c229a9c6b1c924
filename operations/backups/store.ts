import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { setTimeout as sleep } from "node:timers/promises";

import type { Archives } from "../../components/placement/resolved";
import { Refusal } from "../ground/usage";
import { holdingsOf, type Holdings, type Listed } from "./keys";

/** Largest manifest or record that is read. */
const textLimit = 64 * 1024 * 1024;

/** Times that a download is taken up again where it broke off. */
const resumes = 5;

/** How long a machine may fetch by an address that it is given. */
const presignedSeconds = 6 * 3600;

/**
 * A project's part of its bucket, with the person's or the drill's own credentials: those that the AWS
 * SDK finds (`AWS_PROFILE`, `AWS_ENDPOINT_URL_S3` and the like). What S3 refuses is a `Refusal` in S3's words.
 */
export class Store {
  private readonly client: S3Client;

  /**
   * `env`: where the credentials are told, as the AWS command takes them. `signal`: ends what is asked when
   * nobody waits for it any more: S3 is given any time otherwise.
   */
  constructor(
    readonly place: Archives,
    env: NodeJS.ProcessEnv,
    private readonly signal?: AbortSignal,
  ) {
    const endpoint = env["AWS_ENDPOINT_URL_S3"] ?? env["AWS_ENDPOINT_URL"];
    this.client = new S3Client({
      ...(endpoint === undefined ? {} : { endpoint }),
      region: place.bucket.region,
      // Names with dots have no certificate of their own; servers beside AWS have no names for buckets.
      forcePathStyle: true,
      // S3 servers beside AWS and older ones sign no checksum of what they answer.
      responseChecksumValidation: "WHEN_REQUIRED",
      requestChecksumCalculation: "WHEN_REQUIRED",
    });
  }

  /** What lies below the project's prefix. */
  async holdings(): Promise<Holdings> {
    return holdingsOf(this.place.prefix, await this.list(this.place.prefix));
  }

  /** Objects below a prefix of the bucket, in the order of their keys. */
  async list(prefix: string): Promise<Listed[]> {
    const listed: Listed[] = [];
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = await this.ask(`list ${prefix}`, () =>
        this.client.send(
          new ListObjectsV2Command({
            ...this.bucket,
            Prefix: prefix,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
          this.until,
        ),
      );
      for (const { Key, Size = 0 } of page.Contents ?? []) {
        if (Key !== undefined) listed.push({ key: Key, bytes: Size });
      }
      token = page.NextContinuationToken;
    }
    return listed;
  }

  /** A small object's text. */
  async text(key: string): Promise<string> {
    const { Body, ContentLength = 0 } = await this.ask(`read ${key}`, () =>
      this.client.send(new GetObjectCommand({ ...this.bucket, Key: key }), this.until),
    );
    if (ContentLength > textLimit) throw new Refusal(`${key}: has ${ContentLength} bytes`);
    return (await Body?.transformToString("utf8")) ?? "";
  }

  /** An object's bytes as they come; taken up again where the connection broke off, of the same object. */
  async *bytes(key: string): AsyncGenerator<Buffer> {
    let from = 0;
    let etag: string | undefined;
    for (let left = resumes; ; left--) {
      try {
        const answer = await this.client.send(
          new GetObjectCommand({
            ...this.bucket,
            Key: key,
            ...(from === 0 ? {} : { Range: `bytes=${from}-` }),
            ...(etag === undefined ? {} : { IfMatch: etag }),
          }),
        );
        etag ??= answer.ETag;
        for await (const chunk of answer.Body as unknown as AsyncIterable<Buffer>) {
          from += chunk.length;
          yield chunk;
        }
        return;
      } catch (error) {
        const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
        const status = $metadata?.httpStatusCode;
        if (left === 0 || (status !== undefined && status < 500))
          throw this.refusal(`read ${key}`, error);
        await sleep(500 * (resumes - left + 1));
      }
    }
  }

  /** Writes an object that is not there yet. Throws a `Refusal` where one is. */
  async create(key: string, body: string): Promise<void> {
    await this.ask(`write ${key}`, () =>
      this.client.send(
        new PutObjectCommand({
          ...this.bucket,
          Key: key,
          Body: body,
          ContentType: "application/json",
          IfNoneMatch: "*",
          // A bucket whose objects are locked takes none without.
          ChecksumAlgorithm: "SHA256",
        }),
      ),
    );
  }

  /** Deletes an object; in a versioned bucket it can be brought back for a while. */
  async remove(key: string): Promise<void> {
    await this.ask(`delete ${key}`, () =>
      this.client.send(new DeleteObjectCommand({ ...this.bucket, Key: key })),
    );
  }

  /** An address by which who has it, a machine, may read this one object for some hours. A secret. */
  address(key: string): Promise<string> {
    const { name, region } = this.place.bucket;
    // Where machines find S3, which may be elsewhere for this command.
    const endpoint = `https://s3.${region}.amazonaws.com`;
    const client = new S3Client({ region, endpoint, forcePathStyle: true });
    const command = new GetObjectCommand({ Bucket: name, Key: key });
    return getSignedUrl(client, command, { expiresIn: presignedSeconds });
  }

  /** A client's bucket must be in their account still: its name is free for anybody once it is deleted. */
  private get bucket(): { readonly Bucket: string; readonly ExpectedBucketOwner?: string } {
    const { name, owner } = this.place.bucket;
    return { Bucket: name, ...(owner === undefined ? {} : { ExpectedBucketOwner: owner }) };
  }

  private get until(): { readonly abortSignal?: AbortSignal } {
    return this.signal === undefined ? {} : { abortSignal: this.signal };
  }

  private async ask<Answer>(what: string, send: () => Promise<Answer>): Promise<Answer> {
    try {
      return await send();
    } catch (error) {
      throw this.refusal(what, error);
    }
  }

  private refusal(what: string, error: unknown): Refusal {
    const { name = "", message = "" } = error instanceof Error ? error : {};
    const said = [name, message].filter((word) => word !== "" && word !== "Error").join(": ");
    const why = [said || String(error), this.fixOf(name)].filter((part) => part !== undefined);
    return new Refusal(`s3://${this.place.bucket.name}: cannot ${what}: ${why.join("; ")}`, {
      cause: error,
    });
  }

  /** What a person does about it, where its name tells. */
  private fixOf(name: string): string | undefined {
    if (name === "CredentialsProviderError") {
      return "have AWS credentials at hand, as the AWS command finds them (AWS_PROFILE, aws sso login)";
    }
    if (name !== "NoSuchBucket") return undefined;
    const { owner } = this.place.bucket;
    return owner === undefined
      ? "pulumi up of its stack makes the bucket"
      : `the client makes it in their account ${owner}`;
  }
}
