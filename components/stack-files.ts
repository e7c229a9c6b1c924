import * as fs from "node:fs";
import * as path from "node:path";

import { parse } from "yaml";

import { isMapping } from "./mapping";
import { ConfigError } from "./spec/problem";

const namespace = "berth:";

/** Keys of the `berth:` namespace, without the prefix. */
export type StackConfig = Record<string, unknown>;

/**
 * The `berth:` configuration of every stack file of the project, by stack name, each on top of what
 * Pulumi.yaml gives to all. Pulumi loads one stack's configuration only, and one stack's definition
 * may point at another's. Throws a `ConfigError` naming a file that is no YAML mapping.
 */
export function readStackFiles(directory: string): Record<string, StackConfig> {
  const shared = Object.fromEntries(
    Object.entries(configOf(directory, "Pulumi.yaml")).map(([key, entry]) => [key, valueOf(entry)]),
  );
  const files = fs.readdirSync(directory).flatMap((file) => {
    const stack = /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1];
    return stack === undefined ? [] : [{ file, stack }];
  });
  return Object.fromEntries(
    files.map(({ file, stack }) => [stack, { ...shared, ...configOf(directory, file) }]),
  );
}

/** The same view of the configuration that the engine resolved for the stack at hand. */
export function ownConfig(resolved: Readonly<Record<string, string>>): StackConfig {
  return Object.fromEntries(
    Object.entries(resolved)
      .filter(([key]) => key.startsWith(namespace))
      .map(([key, value]) => [key.slice(namespace.length), decode(value)]),
  );
}

function configOf(directory: string, file: string): StackConfig {
  const document: unknown = readYaml(directory, file);
  const config = isMapping(document) ? (document["config"] ?? {}) : undefined;
  if (!isMapping(config)) throw unreadable(file, "it is not a mapping with a config section");
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(namespace))
      .map(([key, value]) => [key.slice(namespace.length), value]),
  );
}

function readYaml(directory: string, file: string): unknown {
  try {
    return parse(fs.readFileSync(path.join(directory, file), "utf8")) ?? {};
  } catch (error) {
    throw unreadable(file, error instanceof Error ? error.message.split("\n")[0]! : String(error));
  }
}

/** Project-level entries are `{ value: … }` or `{ default: … }`, or the value itself. */
function valueOf(entry: unknown): unknown {
  if (!isMapping(entry)) return entry;
  return "value" in entry ? entry["value"] : "default" in entry ? entry["default"] : entry;
}

/** The engine hands objects over as JSON text and everything else as it was written. */
function decode(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function unreadable(file: string, reason: string): ConfigError {
  return new ConfigError([
    { path: file, message: `the file cannot be read: ${reason}`, fix: "correct its YAML" },
  ]);
}
