import { unjudged, violation, type Finding, type Policy } from "./judge/policy";
import { input, type Resource } from "./judge/resource";
import { unknown } from "./judge/value";

export const policy: Policy = {
  name: "pin-aws-account",
  rules: [33],
  description:
    "Everything at AWS is made through a provider that refuses credentials of any account but " +
    "the declared one.",
  check: pinAwsAccount,
};

/** Judges the AWS provider, the default one included, which cannot be bound to an account. */
export function* pinAwsAccount(provider: Resource): Generator<Finding> {
  if (provider.type !== "pulumi:providers:aws") return;
  const accounts = input(provider, "allowedAccountIds");
  if (accounts === unknown) yield unjudged(provider, "allowedAccountIds");
  // Inputs of a provider are JSON text where they are no strings.
  else if (!/\d{12}/.test(JSON.stringify(accounts ?? ""))) {
    yield violation(
      provider,
      "it takes credentials of any AWS account",
      "set allowedAccountIds to the account of the stack file, and use that provider everywhere",
    );
  }
}
