import * as fs from "node:fs";
import * as path from "node:path";

import { ConfigError, type FileOf, type Problem } from "../fleet/problem";
import { keyText, placeOf } from "../fleet/show";
import { secretsIn, secretsKey, withoutValues } from "./stack-secrets";
import { YamlFile, type YamlEntries } from "./stack-yaml";

const prefix = "berth:";
const projectFile = "Pulumi.yaml";

/** Keys of the `berth:` namespace, without the prefix. */
export type StackConfig = Record<string, unknown>;

/** What the stack files of a project hold. */
export interface StackFiles {
  /** By stack, on top of what Pulumi.yaml gives to all. */
  readonly stacks: Readonly<Record<string, StackConfig>>;
  /**
   * Stacks whose files are not read, and why: one that is no YAML, or that the engine may read
   * otherwise. Whoever needs that stack refuses; nobody else is stopped by a stray file.
   */
  readonly unreadable: Readonly<Record<string, readonly Problem[]>>;
  /** The file that gives a stack its value of a key, or is to: for problems. */
  readonly fileOf: (stack: string) => FileOf;
}

/**
 * The `berth:` configuration of every stack file of the project, as the engine reads it. Pulumi loads
 * one stack's configuration only, and one stack's definition may point at another's. Throws a
 * `ConfigError` for what keeps it from finding or reading all of them: a Pulumi.yaml that is none, or
 * that sends the engine elsewhere.
 */
export function readStackFiles(directory: string): StackFiles {
  const names = fs.readdirSync(directory).sort();
  const { project, shared } = readProject(directory, names);
  const stacks: Record<string, StackConfig> = {};
  const unreadable: Record<string, readonly Problem[]> = {};
  const own: Record<string, StackConfig> = {};
  for (const file of names) {
    const [, stack, kind] = /^Pulumi\.(.+)\.(yaml|yml|json)$/.exec(file) ?? [];
    if (stack === undefined) continue;
    const { config, problems } =
      kind === "yaml" ? readStack(directory, file, project) : notTheEngines(file, stack);
    if (problems.length > 0) unreadable[stack] = [...(unreadable[stack] ?? []), ...problems];
    stacks[stack] = { ...shared, ...config };
    own[stack] = config;
  }
  for (const stack of Object.keys(unreadable)) delete stacks[stack];
  const fileOf = (stack: string) => (key: string) => {
    const isShared = Object.hasOwn(shared, key) || key === "agency" || key === "team";
    return isShared && !Object.hasOwn(own[stack] ?? {}, key) ? projectFile : `Pulumi.${stack}.yaml`;
  };
  return { stacks, unreadable, fileOf };
}

/** The engine's name of the project, from Pulumi.yaml. Throws a `ConfigError` where it has none. */
export function projectName(directory: string): string {
  return readProject(directory, fs.readdirSync(directory)).project;
}

/** What Pulumi.yaml gives to all stacks, also where there is none yet. Throws a `ConfigError` as `readStackFiles` does. */
export function sharedConfig(directory: string): StackConfig {
  return readProject(directory, fs.readdirSync(directory)).shared;
}

/** The same view of the configuration that the engine resolved for the stack at hand, without secrets' values. */
export function ownConfig(resolved: Readonly<Record<string, string>>): StackConfig {
  return Object.fromEntries(
    Object.entries(resolved)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), decode(value)] as const)
      .map(([key, value]) => [key, key === secretsKey ? withoutValues(value) : value]),
  );
}

interface StackReading {
  readonly config: StackConfig;
  readonly problems: readonly Problem[];
}

function readStack(directory: string, name: string, project: string): StackReading {
  const file = new YamlFile(fs.readFileSync(path.join(directory, name)), "stack");
  const root = file.root();
  const config = file.entries(new Map(root).get("config"), ["config"]);
  if (root === undefined || config === undefined) {
    file.fault([], "it is no mapping with a config section", "correct its YAML");
  }
  const values = namespaced(file, config ?? [], project).map(
    ([key, node, at]) =>
      [
        key,
        key === secretsKey
          ? secretsIn(file, node, ["config", at])
          : handed(file.value(node, ["config", at])),
      ] as const,
  );
  return { config: Object.fromEntries(values), problems: problemsOf(file, name, project) };
}

function notTheEngines(file: string, stack: string): StackReading {
  const message = `is not read by the engine, to which the stack's file is Pulumi.${stack}.yaml`;
  return { config: {}, problems: [{ path: file, message, fix: "rename or remove the file" }] };
}

interface ProjectReading {
  readonly project: string;
  readonly shared: StackConfig;
}

/** Pulumi.yaml's part. Its entries are `{ value: … }` or `{ default: … }`, or a single value itself. */
function readProject(directory: string, names: readonly string[]): ProjectReading {
  const instead = ["Pulumi.json", ...(names.includes(projectFile) ? [] : ["Pulumi.yml"])];
  const other = instead.find((name) => names.includes(name));
  if (other !== undefined || !names.includes(projectFile)) {
    const problem =
      other === undefined
        ? { path: projectFile, message: "there is none", fix: "run this where it is" }
        : {
            path: other,
            message: `is what the engine reads in the place of ${projectFile}`,
            fix: `keep ${projectFile} alone`,
          };
    throw new ConfigError([problem]);
  }
  const file = new YamlFile(fs.readFileSync(path.join(directory, projectFile)), "project");
  const entries = new Map(file.root());
  const name = file.value(entries.get("name"), ["name"]);
  if (typeof name !== "string" || name === "") file.fault(["name"], "is missing", "write one");
  const config = file.entries(entries.get("config"), ["config"]);
  const elsewhere = file.value(entries.get("stackConfigDir"), ["stackConfigDir"]) ?? undefined;
  if (elsewhere !== undefined || config === undefined) {
    file.fault(
      [elsewhere === undefined ? "config" : "stackConfigDir"],
      "sends the engine to another directory for the stack files, and Berth reads them here alone",
      `remove the line and keep the stack files beside ${projectFile}`,
    );
  }
  const project = String(name);
  const shared = Object.fromEntries(
    namespaced(file, config ?? [], project).flatMap(([key, node, at]) => {
      const value = projectValue(file, key, node, ["config", at]);
      return value === undefined ? [] : [[key, handed(value)] as const];
    }),
  );
  const problems = problemsOf(file, projectFile, project);
  if (problems.length > 0) throw new ConfigError(problems);
  return { project, shared };
}

function projectValue(file: YamlFile, key: string, node: unknown, at: readonly string[]): unknown {
  if (!/^[A-Za-z_]\w*$/.test(key)) {
    const message = "is a path to the engine, which puts the value inside of another key";
    return file.fault(at, message, "write the whole value under that key");
  }
  if (key === secretsKey) {
    const message = "belongs to one stack, whose key encrypts it";
    return file.fault(
      at,
      message,
      "set it in the stack's own file: pulumi config set --secret --path",
    );
  }
  const entry = file.entries(node, at);
  if (entry === undefined) return file.value(node, at);
  const known = ["value", "default", "type", "items", "description", "secret"];
  if (entry.some(([name]) => !known.includes(name))) {
    const message = `holds its value directly, which the engine refuses in ${projectFile}`;
    return file.fault(at, message, "write the value under `value:`");
  }
  const parts = new Map(entry);
  const value = file.value(parts.get("value"), at) ?? undefined;
  const fallback = file.value(parts.get("default"), at) ?? undefined;
  if (value !== undefined && fallback !== undefined) {
    return file.fault(at, "has a value and a default", "keep the value alone");
  }
  return value ?? fallback;
}

/**
 * The entries of our namespace, each with its key as the file has it. The engine gives a key without
 * a namespace the project's name, and takes `berth:config:nodes` for `berth:nodes`.
 */
function namespaced(
  file: YamlFile,
  entries: YamlEntries,
  project: string,
): (readonly [key: string, node: unknown, at: string])[] {
  const found = new Map<string, readonly [string, unknown, string]>();
  for (const [at, node] of entries) {
    const key = ownKey(at, project);
    if (key === undefined) continue;
    if (found.has(key)) {
      file.fault(["config", at], `is ${prefix}${key} once more`, "keep one of the two");
    }
    found.set(key, [key, node, at]);
  }
  return [...found.values()];
}

function ownKey(at: string, project: string): string | undefined {
  const whole = at.includes(":") ? at : `${project}:${at}`;
  const key = whole.replace(/^berth:config:(?=[^:]*$)/, prefix);
  return key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
}

function problemsOf(file: YamlFile, name: string, project: string): Problem[] {
  return file.faults.map(({ path: [head, at, ...rest], message, fix }) => {
    if (head === undefined) {
      return { path: name, message: `the file cannot be read: ${message}`, fix };
    }
    const key = head === "config" && typeof at === "string" ? ownKey(at, project) : undefined;
    if (key !== undefined) return { path: placeOf([key, ...rest], name), message, fix };
    const keys = [head, ...(at === undefined ? [] : [at]), ...rest].map(keyText);
    return { path: `${name}: ${keys.join(".")}`, message, fix };
  });
}

/** What the engine hands over for a value of the first level: a text that looks like JSON is that. */
function handed(value: unknown): unknown {
  return typeof value === "string" ? decode(value) : (value ?? null);
}

/** The engine hands objects over as JSON text, nothing as an empty text, and the rest as written. */
function decode(value: string): unknown {
  if (value === "") return null;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
