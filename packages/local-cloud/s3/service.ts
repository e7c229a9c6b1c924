import type { GatewayService } from "../hosts";
import type { Store } from "./store";

/** Regions whose S3 machines find at their gateway: AWS's that need no leave to be used. */
const regions: readonly string[] = [
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"],
  ...["eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1"],
  ...["ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1"],
  "ap-southeast-2",
];

/**
 * A store as a service of a cloud's machines: `https://s3.<region>.amazonaws.com` is its door there, by the
 * machine's own list of names, and its authority is among those that the machine trusts.
 */
export function storeService(store: Store): GatewayService {
  return {
    port: 443,
    serve: (gateway) => store.listen(gateway),
    files: () => [],
    names: regions.map((region) => `s3.${region}.amazonaws.com`),
    authority: () => store.authority,
    // Whoever opened the store closes it.
    close: () => Promise.resolve(),
  };
}
