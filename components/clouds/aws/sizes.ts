import { cents, hoursPerMonth, type PriceList, type Size } from "../size";

/** Takes the on-demand Linux price in USD per hour in us-east-1 and in ca-central-1. */
function instance(
  name: string,
  vcpus: number,
  memoryGb: number,
  usEast1: number,
  caCentral1: number,
): Size {
  return {
    provider: "aws",
    name,
    vcpus,
    memoryGb,
    diskGb: 0,
    monthly: {
      "us-east-1": cents(usEast1 * hoursPerMonth),
      "ca-central-1": cents(caCentral1 * hoursPerMonth),
    },
  };
}

/**
 * EC2 instances, x86 alone: many application images have no arm build. They have no disk of their
 * own: the root volume is gp3. A public address is billed since 2024-02-01.
 */
export const prices: PriceList = {
  provider: "aws",
  currency: "USD",
  asOf: "2026-11-21",
  source:
    "AWS's on-demand Linux list prices per hour x 730, gp3 per GB-month, public IPv4 0.005 an hour; " +
    "us-east-1 compared with published price tables, ca-central-1 not compared with a second source",
  volume: { perGb: { "us-east-1": 0.08, "ca-central-1": 0.088 }, maxGb: 16_384 },
  addressMonthly: cents(0.005 * hoursPerMonth),
  sizes: [
    instance("t3.small", 2, 2, 0.0208, 0.0232),
    instance("t3.medium", 2, 4, 0.0416, 0.0464),
    instance("t3.large", 2, 8, 0.0832, 0.0928),
    instance("t3.xlarge", 4, 16, 0.1664, 0.1856),
    instance("t3.2xlarge", 8, 32, 0.3328, 0.3712),
    instance("m5.large", 2, 8, 0.096, 0.107),
    instance("m5.xlarge", 4, 16, 0.192, 0.214),
    instance("m5.2xlarge", 8, 32, 0.384, 0.428),
    instance("m5.4xlarge", 16, 64, 0.768, 0.856),
    instance("m5.8xlarge", 32, 128, 1.536, 1.712),
  ],
};
