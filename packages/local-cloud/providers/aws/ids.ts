import { randomBytes } from "node:crypto";

import type { Context } from "../../emulator/handler";
import type { Props } from "../../emulator/values";
import { accountOf } from "./seed";

/** A new EC2 id: `i-0` and 16 more hex digits, 17 in all, as every id since 2016 has. */
export function newId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString("hex")}`;
}

/** A new IAM id: `AIDA`, `AKIA` and the like, then 16 (users: 17) upper-case base-32 characters. */
export function newIamId(prefix: string, length = 16): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return prefix + [...randomBytes(length)].map((byte) => letters[byte % 32]).join("");
}

/** Region of a resource: its own input, else that of the provider. */
export function regionOf(inputs: Props, context: Context): string {
  return String(inputs["region"] ?? context.config["region"]);
}

/** ARN of an EC2 resource: `arn:aws:ec2:us-east-1:413528927365:instance/i-…`. */
export function ec2Arn(inputs: Props, context: Context, resource: string): string {
  return `arn:aws:ec2:${regionOf(inputs, context)}:${accountOf(context.world)}:${resource}`;
}

/** ARN of an IAM resource; IAM is global, so it names no region. */
export function iamArn(context: Context, resource: string): string {
  return `arn:aws:iam::${accountOf(context.world)}:${resource}`;
}

/** An instant as the AWS API writes it: seconds, UTC. */
export function stamp(context: Context): string {
  return context
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
}
