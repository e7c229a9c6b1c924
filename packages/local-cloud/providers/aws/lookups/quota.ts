import type { InvokeHandler } from "../../../emulator/handler";
import { elasticIpLimit } from "../ec2/eip";
import { apiError } from "../errors";
import { regionOf } from "../ids";
import { accountOf } from "../seed";
import { lookupFailed } from "./failed";

/**
 * `getServiceQuota` of Elastic IPs, by code; no other quota is emulated. Not recorded: arguments and
 * results are the SDK's (7.48.0), the order of things upstream's data source.
 */
export const getServiceQuota: InvokeHandler = (args, context) => {
  const { serviceCode, quotaCode } = args;
  if (serviceCode !== "ec2" || quotaCode !== "L-0263D0A3") {
    throw lookupFailed(
      `getting Default Service Quota for (${String(serviceCode)}/${String(quotaCode)})`,
      apiError({
        service: "Service Quotas",
        action: "GetAWSDefaultServiceQuota",
        status: 400,
        code: "NoSuchResourceException",
        message: "The request failed because the specified service quota does not exist.",
        typed: true,
      }),
    );
  }
  const region = regionOf(args, context);
  const arn = `arn:aws:servicequotas:${region}:${accountOf(context.world)}:ec2/${quotaCode}`;
  return Promise.resolve({
    adjustable: true,
    arn,
    defaultValue: 5,
    globalQuota: false,
    id: arn,
    quotaCode,
    quotaName: "EC2-VPC Elastic IPs",
    region,
    serviceCode,
    serviceName: "Amazon Elastic Compute Cloud (Amazon EC2)",
    usageMetrics: [{ metricDimensions: [] }],
    value: elasticIpLimit(context.world),
  });
};
