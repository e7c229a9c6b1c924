import { Provider } from "@pulumi/aws/provider";

/** AWS's home region for what has none of its own, and the manual's for backups (R30). */
const homeRegion = "us-east-1";

/**
 * The AWS provider bound to an account, by its 12 digits: credentials of another account fail before
 * anything is planned (R33).
 */
export function awsAccount(account: string): Provider {
  return new Provider("aws", { region: homeRegion, allowedAccountIds: [account] });
}

/** Whether a provider is one of AWS. */
export function isAws(provider: unknown): boolean {
  return Provider.isInstance(provider);
}
