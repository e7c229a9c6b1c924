import {
  S3Client,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";

import { thisComputer } from "../../../packages/local-cloud/ground/computer";
import { startS3, type S3Server } from "../../../packages/local-cloud/s3";

/** A bucket on a local S3 server. */
export class Bucket {
  private server!: S3Server;
  private client!: S3Client;

  constructor(readonly name: string) {}

  /** What leads a command to it. */
  get env(): NodeJS.ProcessEnv {
    return { AWS_ENDPOINT_URL_S3: this.server.endpoint };
  }

  async open(): Promise<void> {
    process.env["AWS_ACCESS_KEY_ID"] ??= "anybody";
    process.env["AWS_SECRET_ACCESS_KEY"] ??= "anything";
    this.server = await startS3({ cache: thisComputer().cache });
    this.client = new S3Client({
      ...{ region: "us-east-1", endpoint: this.server.endpoint, forcePathStyle: true },
    });
    await this.client.send(new CreateBucketCommand({ Bucket: this.name }));
  }

  async close(): Promise<void> {
    await this.server.stop();
  }

  async put(key: string, body: string | Buffer): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: this.name, Key: key, Body: body }));
  }

  async text(key: string): Promise<string> {
    const got = await this.client.send(new GetObjectCommand({ Bucket: this.name, Key: key }));
    return (await got.Body?.transformToString()) ?? "";
  }

  async keys(): Promise<string[]> {
    const { Contents = [] } = await this.client.send(
      new ListObjectsV2Command({ Bucket: this.name }),
    );
    return Contents.map(({ Key = "" }) => Key);
  }

  async remove(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: this.name, Key: key }));
  }

  async empty(): Promise<void> {
    for (const key of await this.keys()) await this.remove(key);
  }
}
