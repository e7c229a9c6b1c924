import type { Context } from "../../../emulator/handler";
import type { Field, ProviderStyle, ResourceTable } from "../../../emulator/table";
import { UNKNOWN, type Props } from "../../../emulator/values";
import { failed, frameworkFailed } from "../errors";
import { regionOf } from "../ids";
import { region } from "../resource";

/** What tells one setting of a bucket from another. */
export interface BucketPart {
  /** Resource module and class: `bucketVersioning`. */
  readonly name: string;
  /** In the provider's error texts: `Versioning`. */
  readonly title: string;
  /** API action that writes it: `PutBucketVersioning`. */
  readonly action: string;
  readonly style?: ProviderStyle;
  readonly inputs: Readonly<Record<string, Field>>;
  /** What S3 fills in where the plan does not know. */
  readonly filled?: Props;
  /** A refusal of the API; throws. */
  readonly refuse?: (inputs: Props, context: Context) => void;
  /** What the bucket itself shows from now on. */
  readonly shows?: Props;
}

/** A setting of a bucket: its id is the bucket's name, and the bucket must exist. */
export function bucketPart(part: BucketPart): ResourceTable {
  const style = part.style ?? "sdkv2";
  const upper = part.name[0]!.toUpperCase() + part.name.slice(1);
  const write = (inputs: Props, context: Context, doing: string) => {
    const bucket = String(inputs["bucket"]);
    if (!context.world.get("aws/bucket", bucket)) throw noSuchBucket(part, style, doing, bucket);
    part.refuse?.(inputs, context);
    if (part.shows) context.world.patch("aws/bucket", bucket, part.shows);
  };
  return {
    type: `aws:s3/${part.name}:${upper}`,
    style,
    kind: `aws/${part.name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    inputs: {
      region,
      bucket: { type: "string", required: true, forceNew: true },
      ...part.inputs,
    },
    outputs: {},
    api: {
      create(inputs, planned, context) {
        write(inputs, context, "creating");
        const missing = Object.entries({ ...part.filled, region: regionOf(inputs, context) });
        return {
          id: String(inputs["bucket"]),
          outputs: Object.fromEntries(missing.filter(([key]) => planned[key] === UNKNOWN)),
        };
      },
      update(_id, { news, planned }, context) {
        write(news, context, "updating");
        return planned;
      },
      // `bucket,expected_owner` is the other form of the id.
      importId: (id) => id.split(",")[0]!,
    },
  };
}

function noSuchBucket(part: BucketPart, style: ProviderStyle, doing: string, bucket: string) {
  const where = `${doing} S3 Bucket (${bucket})${part.title ? ` ${part.title}` : ""}`;
  return (style === "sdkv2" ? failed : frameworkFailed)(where, {
    service: "S3",
    action: part.action,
    status: 404,
    code: "NoSuchBucket",
    message: "The specified bucket does not exist",
  });
}
