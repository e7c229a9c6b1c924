import * as fs from "node:fs";
import * as path from "node:path";

/** What the installed SDK says of a resource type: names alone, no semantics. */
export interface SdkSchema {
  /** `@pulumi/aws 7.48.0`. */
  readonly source: string;
  readonly inputs: readonly string[];
  readonly required: readonly string[];
  /** All outputs, those that are inputs as well included. */
  readonly outputs: readonly string[];
  readonly secrets: readonly string[];
}

const scopes: Readonly<Record<string, string>> = { scaleway: "@pulumiverse" };

/**
 * Reads the generated class of a resource type (`aws:ec2/instance:Instance`). Undefined where the
 * SDK has none, which is a finding of its own.
 */
export function sdkSchemaOf(type: string): SdkSchema | undefined {
  const [provider = "", module = ""] = type.split(":");
  const name = `${scopes[provider] ?? "@pulumi"}/${provider}`;
  const root = path.dirname(require.resolve(`${name}/package.json`));
  const file = path.join(root, `${module.replace(/^index\//, "")}.js`);
  if (!fs.existsSync(file)) return undefined;
  const text = fs.readFileSync(file, "utf8");
  const { version } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
    version: string;
  };
  const all = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, key]) => key!))];
  const marked = /additionalSecretOutputs: \[([^\]]*)\]/.exec(text)?.[1] ?? "";
  return {
    source: `${name} ${version}`,
    // What is set once as `undefined` alone is no input.
    inputs: all(/resourceInputs\["(\w+)"\] = (?!state\b)(?!undefined \/\*out\*\/)/g),
    required: all(/if \(args\?\.(\w+) === undefined && !opts\.urn\)/g),
    outputs: all(/resourceInputs\["(\w+)"\] = state\?\./g),
    secrets: [...marked.matchAll(/"(\w+)"/g)].map(([, key]) => key!),
  };
}
