import { GetBucketLocationCommand, GetBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";

import { Refusal } from "../../ground/usage";
import type { FoundBucket } from "../found";

const patienceMs = 30_000;

/** A bucket's region, and whether it is versioned, with the credentials that the AWS SDK finds. Throws a `Refusal`. */
export async function bucketAt(name: string, env: NodeJS.ProcessEnv): Promise<FoundBucket> {
  const location = await ask(env, name, "us-east-1", "s3:GetBucketLocation", (client, signal) =>
    client.send(new GetBucketLocationCommand({ Bucket: name }), signal),
  );
  // S3's oldest region has no name there, and one was called by its continent.
  const told: string = location.LocationConstraint ?? "";
  const region = told === "" ? "us-east-1" : told === "EU" ? "eu-west-1" : told;
  const { Status } = await ask(env, name, region, "s3:GetBucketVersioning", (client, signal) =>
    client.send(new GetBucketVersioningCommand({ Bucket: name }), signal),
  );
  return { name, region, versioned: Status === "Enabled" };
}

async function ask<Answer>(
  env: NodeJS.ProcessEnv,
  bucket: string,
  region: string,
  needs: string,
  question: (client: S3Client, until: { abortSignal: AbortSignal }) => Promise<Answer>,
): Promise<Answer> {
  const endpoint = env["AWS_ENDPOINT_URL_S3"] ?? env["AWS_ENDPOINT_URL"];
  const client = new S3Client({
    region,
    forcePathStyle: true,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  try {
    return await question(client, { abortSignal: AbortSignal.timeout(patienceMs) });
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    const why = /AccessDenied|Forbidden/.test(name) ? `: the credentials need ${needs}` : "";
    throw new Refusal(`the bucket ${bucket} cannot be read (${name || "no answer"})${why}`);
  } finally {
    client.destroy();
  }
}
