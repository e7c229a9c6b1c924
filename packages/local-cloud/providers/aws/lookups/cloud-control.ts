import type { InvokeHandler } from "../../../emulator/handler";
import { isObject } from "../../../emulator/values";
import { apiError } from "../errors";
import { regionOf } from "../ids";
import { frameworkLookupFailed } from "./failed";

const bucketType = "AWS::S3::Bucket";

/**
 * A resource as CloudFormation describes it; of its types, buckets alone. As there, a setting that
 * nobody ever gave is left out, and a bucket is not found from another region.
 */
export const getCloudControlResource: InvokeHandler = (args, context) => {
  const [typeName, identifier] = [String(args["typeName"]), String(args["identifier"])];
  const region = regionOf(args, context);
  const refuse = (code: string, message: string) =>
    frameworkLookupFailed(
      `reading Cloud Control API (${typeName}) Resource (${identifier})`,
      apiError({
        service: "CloudControl",
        action: "GetResource",
        status: 400,
        code,
        message,
        typed: true,
      }),
    );
  if (typeName !== bucketType) {
    throw refuse("UnsupportedActionException", `${typeName} is not on the local cloud`);
  }
  const bucket = context.world.get("aws/bucket", identifier)?.data;
  if (bucket === undefined || bucket["bucketRegion"] !== region) {
    throw refuse(
      "ResourceNotFoundException",
      `Resource of type '${typeName}' with identifier '${identifier}' was not found.`,
    );
  }
  const given = context.world.get("aws/bucket-versioning", identifier)?.data;
  const versioning = given?.["versioningConfiguration"];
  const properties = {
    BucketName: identifier,
    Arn: `arn:aws:s3:::${identifier}`,
    ...(isObject(versioning) && versioning["status"] !== "Disabled"
      ? { VersioningConfiguration: { Status: versioning["status"] } }
      : {}),
    ObjectLockEnabled: bucket["objectLockEnabled"] === true,
  };
  return Promise.resolve({
    id: identifier,
    identifier,
    properties: JSON.stringify(properties),
    region,
    typeName,
  });
};
