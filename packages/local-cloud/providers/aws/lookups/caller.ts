import type { InvokeHandler } from "../../../emulator/handler";
import { regionOf } from "../ids";
import { accountOf } from "../seed";

/** Whose credentials these are. */
export const getCallerIdentity: InvokeHandler = (_args, context) => {
  const accountId = accountOf(context.world);
  return Promise.resolve({
    accountId,
    arn: `arn:aws:iam::${accountId}:user/local`,
    id: accountId,
    userId: "AIDALOCALLOCALLOCALLO",
  });
};

const descriptions: Readonly<Record<string, string>> = {
  "us-east-1": "US East (N. Virginia)",
  "us-west-2": "US West (Oregon)",
  "ca-central-1": "Canada (Central)",
  "eu-west-3": "Europe (Paris)",
};

/** The region in use; `name` is the deprecated spelling of `region`. */
export const getRegion: InvokeHandler = (args, context) => {
  const region = regionOf(args, context);
  return Promise.resolve({
    description: descriptions[region] ?? region,
    endpoint: `ec2.${region}.amazonaws.com`,
    id: region,
    name: region,
    region,
  });
};
