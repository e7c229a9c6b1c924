import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { isSecret, type Resource } from "../judge/resource";
import { leaves, unknown } from "../../engine/values";

/** Forms by which a secret is recognised wherever it stands. */
const forms: readonly (readonly [name: string, form: RegExp])[] = [
  ["a private key", /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/],
  ["an age key", /AGE-SECRET-KEY-1[0-9A-Z]{20}/],
  ["a DigitalOcean token", /\bdo[opr]_v1_[0-9a-f]{64}\b/],
  ["a GitHub token", /\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40})/],
  ["a GitLab token", /\bglpat-[A-Za-z0-9_-]{20}/],
  ["a Slack token", /\bxox[abeoprs]-[A-Za-z0-9-]{10}/],
  ["a Slack webhook", /hooks\.slack\.com\/services\/T[A-Z0-9]+\/B[A-Z0-9]+\/[A-Za-z0-9]+/],
  ["a Pulumi token", /\bpul-[0-9a-f]{40}\b/],
  ["an npm token", /\bnpm_[A-Za-z0-9]{36}\b/],
  ["a Stripe key", /\b[rs]k_live_[A-Za-z0-9]{16}/],
  ["a Google key", /\bAIza[A-Za-z0-9_-]{35}/],
  ["a Sentry token", /\bsntry[su]_[A-Za-z0-9_=+/-]{20}/],
  ["a signed token", /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/],
  // Not over the end of a text in JSON, where `"https://a","b":"git@c"` is two of them.
  ["a password in an address", /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"]+:[^\s/@"]+@/i],
];

/** Inputs that hold a secret by their very name. */
const names =
  /(^|\.)(password|masterPassword|passphrase|secret|secretKey|secretAccessKey|token|apiToken|apiKey|accessToken|privateKey|privateKeyPem)$/;

const base64 = /^[A-Za-z0-9+/\s]{40,}={0,2}\s*$/;

export const policy: Policy = {
  name: "keep-secrets-secret",
  rules: [32],
  description:
    "No input holds a secret in plain form: it would stand readable in the state, in previews " +
    "and in logs.",
  check: keepSecretsSecret,
  checkStack: listUnknown,
};

/** Judges every plain input by well-known forms of secrets and by its name. Prints no value. */
export function* keepSecretsSecret(resource: Resource): Generator<Judgement> {
  for (const { path, value } of leaves(resource.inputs)) {
    if (typeof value !== "string" || value === "" || isSecret(resource, path)) continue;
    const kind = formOf(value) ?? (names.test(path) ? "a secret by its name" : undefined);
    if (kind === undefined) continue;
    yield violation(
      resource,
      `${path} holds ${kind} in plain form`,
      "wrap the value in pulumi.secret(), or set it with `pulumi config set --secret`",
    );
  }
}

function formOf(value: string): string | undefined {
  const text = base64.test(value) ? Buffer.from(value, "base64").toString("latin1") : "";
  return forms.find(([, form]) => form.test(value) || form.test(text))?.[0];
}

/**
 * Names the plain inputs that are known only in the update, in one finding for the whole stack: on
 * a new stack there are many, mostly ids and addresses.
 */
export function* listUnknown(resources: readonly Resource[]): Generator<Judgement> {
  const holders = new Map<string, string[]>();
  for (const resource of resources) {
    for (const { path, value } of leaves(resource.inputs)) {
      if (value !== unknown || isSecret(resource, path)) continue;
      holders.set(path, [...(holders.get(path) ?? []), resource.name]);
    }
  }
  if (holders.size === 0) return;
  const list = [...holders].map(([path, found]) => `${path} of ${found.join(", ")}`);
  yield unjudged(undefined, list.join("; "));
}
