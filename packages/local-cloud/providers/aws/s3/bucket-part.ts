import type { Context } from "../../../emulator/handler";
import type { Field, ProviderStyle, ResourceTable } from "../../../emulator/table";
import { UNKNOWN, type Props } from "../../../emulator/values";
import { failed, frameworkFailed } from "../errors";
import { regionOf } from "../ids";
import type { Account } from "../../../s3/account";
import { really } from "../really";
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
  /** Has it so at the account's servers; without inputs: no longer. Absent: the setting is a record. */
  readonly apply?: (buckets: Account["buckets"], bucket: string, inputs?: Props) => Promise<void>;
  /** What the bucket itself shows from now on. */
  readonly shows?: Props;
}

/** A setting of a bucket: its id is the bucket's name, and the bucket must exist. */
export function bucketPart(part: BucketPart): ResourceTable {
  const style = part.style ?? "sdkv2";
  const upper = part.name[0]!.toUpperCase() + part.name.slice(1);
  const apply = async (context: Context, doing: string, bucket: string, inputs?: Props) => {
    const at = { doing: `${doing} ${titled(part, bucket)}`, service: "S3" } as const;
    await really(context, { ...at, action: part.action }, ({ buckets }) =>
      part.apply === undefined ? Promise.resolve() : part.apply(buckets, bucket, inputs),
    );
  };
  const write = async (inputs: Props, context: Context, doing: string) => {
    const bucket = String(inputs["bucket"]);
    if (!context.world.get("aws/bucket", bucket)) throw noSuchBucket(part, style, doing, bucket);
    part.refuse?.(inputs, context);
    await apply(context, doing, bucket, inputs);
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
      async create(inputs, planned, context) {
        await write(inputs, context, "creating");
        const missing = Object.entries({ ...part.filled, region: regionOf(inputs, context) });
        return {
          id: String(inputs["bucket"]),
          outputs: Object.fromEntries(missing.filter(([key]) => planned[key] === UNKNOWN)),
        };
      },
      async update(_id, { news, planned }, context) {
        await write(news, context, "updating");
        return planned;
      },
      async delete(id, _outputs, context) {
        // With the bucket all of it has gone.
        if (context.world.get("aws/bucket", id)) await apply(context, "deleting", id);
      },
      // `bucket,expected_owner` is the other form of the id.
      importId: (id) => id.split(",")[0]!,
    },
  };
}

function noSuchBucket(part: BucketPart, style: ProviderStyle, doing: string, bucket: string) {
  return (style === "sdkv2" ? failed : frameworkFailed)(`${doing} ${titled(part, bucket)}`, {
    service: "S3",
    action: part.action,
    status: 404,
    code: "NoSuchBucket",
    message: "The specified bucket does not exist",
  });
}

function titled({ title }: BucketPart, bucket: string): string {
  return `S3 Bucket (${bucket})${title ? ` ${title}` : ""}`;
}
