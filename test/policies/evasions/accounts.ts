import { account } from "../lawful-stack";
import { change, foreign, stranger, type Evasion } from "./evasion";

/** Ways to another AWS account. */
export const accounts: readonly Evasion[] = [
  [
    "another account",
    "pin-aws-account",
    change("aws", { allowedAccountIds: JSON.stringify([stranger]) }),
  ],
  [
    "another account beside the declared one",
    "pin-aws-account",
    change("aws", { allowedAccountIds: JSON.stringify([account, stranger]) }),
  ],
  [
    "accounts that contain the declared one's digits",
    "pin-aws-account",
    change("aws", { allowedAccountIds: JSON.stringify([`${account}0`]) }),
  ],
  [
    "an account forbidden instead of allowed",
    "pin-aws-account",
    change("aws", { allowedAccountIds: "[]", forbiddenAccountIds: JSON.stringify([stranger]) }),
  ],
  [
    "an STS of one's own",
    "pin-aws-account",
    change("aws", { endpoints: JSON.stringify([{ sts: "https://sts.example" }]) }),
  ],
  [
    "an account that nobody asks for",
    "pin-aws-account",
    change("aws", { skipRequestingAccountId: "true" }),
  ],
  [
    "a proxy that answers for AWS",
    "pin-aws-account",
    change("aws", { httpsProxy: "http://192.0.2.7:3128", insecure: "true" }),
  ],
  [
    "an authority that is taken for AWS's",
    "pin-aws-account",
    change("aws", { customCaBundle: "/tmp/ca.pem" }),
  ],
  [
    "a second provider",
    "pin-aws-account",
    (stack) => void stack.add("pulumi:providers:aws", "second", { region: "us-east-1" }),
  ],
  foreign("AWS by another plugin", "pulumi:providers:aws-native", { region: "us-east-1" }),
];
