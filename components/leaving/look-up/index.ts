import type * as pulumi from "@pulumi/pulumi";

import type { LookUps } from "../evidence";
import { awsEvidence } from "./aws";
import { digitaloceanEvidence } from "./digitalocean";
import { scalewayEvidence } from "./scaleway";

/**
 * Who is asked about machines and snapshots, by provider. `aws` is the provider bound to the agency's
 * account, absent where nothing of this stack is at AWS; `environment` holds Scaleway's credentials.
 */
export function lookUpsOf(
  aws: pulumi.ProviderResource | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): LookUps {
  return {
    digitalocean: digitaloceanEvidence,
    scaleway: scalewayEvidence(environment),
    aws: aws
      ? awsEvidence(aws)
      : () => Promise.reject(new Error("this stack has nothing at AWS and no provider for it")),
  };
}
