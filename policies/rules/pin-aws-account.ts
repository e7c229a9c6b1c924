import type { Declared } from "../judge/declared";
import { parsed } from "../judge/json";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { input, type Resource } from "../judge/resource";
import { entries, isList, isValues, unknown, type Found, type Value } from "../../engine/values";

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

/** Inputs of a provider are JSON text where they are no strings. */
function plain(value: Found): Found {
  return typeof value === "string" ? ((parsed(value) as Value | undefined) ?? value) : value;
}

function listed(value: Found): readonly Value[] {
  const found = plain(value);
  if (found === undefined || found === null || found === "") return [];
  // A single account, as text, may read as a number: its zeros in front count.
  return isList(found) ? entries(found) : [found === unknown ? unknown : String(value)];
}

function isOff(value: Found): boolean {
  if (value === undefined || value === null || value === false || value === "") return true;
  return isList(value) ? value.every(isOff) : isValues(value) && Object.values(value).every(isOff);
}
