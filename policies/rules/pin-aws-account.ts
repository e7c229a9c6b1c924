import type { Declared } from "../judge/declared";
import { isOff, plain } from "../judge/off";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { input, type Resource } from "../judge/resource";
import { entries, isList, unknown, type Found, type Value } from "../../engine/values";

/** Inputs by which another than AWS could answer, or be taken for it. */
const others = [
  "endpoints",
  "skipRequestingAccountId",
  "insecure",
  "customCaBundle",
  "httpProxy",
  "httpsProxy",
] as const;

export const policy: Policy = {
  name: "pin-aws-account",
  rules: [33],
  description:
    "Everything at AWS is made through a provider that refuses credentials of any account but the " +
    "one that `berth:agency` declares, and that asks AWS itself whose they are.",
  check: pinAwsAccount,
};

/** Judges the AWS provider, the default one included, which cannot be bound to an account. */
export function* pinAwsAccount(provider: Resource, { agency }: Declared): Generator<Judgement> {
  if (provider.type !== "pulumi:providers:aws") return;
  const accounts = listed(input(provider, "allowedAccountIds"));
  if (accounts.includes(unknown)) yield unjudged(provider, "allowedAccountIds");
  else if (agency === undefined) {
    yield violation(
      provider,
      "the stack declares no AWS account that it could be compared with",
      "declare awsAccount in berth:agency; a state tells it from its next update on",
    );
  } else if (accounts.length !== 1 || accounts[0] !== agency.awsAccount) {
    yield violation(
      provider,
      accounts.length === 0
        ? "it takes credentials of any AWS account"
        : `it takes credentials of ${accounts.map(String).join(" and ")}`,
      `set allowedAccountIds to ${agency.awsAccount} alone, and use that provider everywhere`,
    );
  }
  for (const key of others) {
    const value = plain(input(provider, key));
    if (value === unknown) yield unjudged(provider, key);
    else if (!isOff(value)) {
      yield violation(
        provider,
        `${key} lets somebody else than AWS say whose the credentials are`,
        `take ${key} out`,
      );
    }
  }
}

function listed(value: Found): readonly Value[] {
  const found = plain(value);
  if (found === undefined || found === null || found === "") return [];
  // A single account, as text, may read as a number: its zeros in front count.
  return isList(found) ? entries(found) : [found === unknown ? unknown : String(value)];
}
