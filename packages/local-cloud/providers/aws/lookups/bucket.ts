import type { InvokeHandler } from "../../../emulator/handler";
import { apiError } from "../errors";
import { regionOf } from "../ids";
import { lookupFailed } from "./failed";

/**
 * `getBucket`: what HeadBucket tells of a name. Not recorded: upstream's data source gives "couldn't
 * find resource" for a 404 and passes other answers on, here 403 for a bucket of somebody else and
 * 301 for one in another region.
 */
export const getBucket: InvokeHandler = (args, context) => {
  const name = String(args["bucket"]);
  const region = regionOf(args, context);
  const doing = `reading S3 Bucket (${name})`;
  const refused = (status: 301 | 403, code: string, message: string) =>
    lookupFailed(doing, apiError({ service: "S3", action: "HeadBucket", status, code, message }));
  if (context.world.get("aws/foreign-bucket", name)) throw refused(403, "Forbidden", "Forbidden");
  const held = context.world.get("aws/bucket", name)?.data;
  if (!held) throw lookupFailed(doing, "couldn't find resource");
  if (held["region"] !== region) throw refused(301, "MovedPermanently", "Moved Permanently");
  const { arn, bucketDomainName, bucketRegion, bucketRegionalDomainName, hostedZoneId } = held;
  return Promise.resolve({
    ...{ arn, bucketDomainName, bucketRegion, bucketRegionalDomainName, hostedZoneId },
    bucket: name,
    id: name,
    region,
    websiteDomain: "",
    websiteEndpoint: "",
  });
};
