import { expect } from "vitest";
import type { RawFleet } from "../../components/stack-file/parse";
import { parseFleet } from "../../components/stack-file/parse";
import { ConfigError, type Problem } from "../../components/fleet/problem";
import type { ResolvedFleet } from "../../components/placement/resolved";

/** The day on which the tests take place. */
export const today = new Date("2026-11-21T12:00:00Z");

/** An Ed25519 public key that differs by its number; the point on the curve does not matter. */
export function publicKey(number: number, comment = "test"): string {
  return `ssh-ed25519 ${blob([Buffer.from("ssh-ed25519"), Buffer.alloc(32, number)])} ${comment}`;
}

/** An RSA public key with a modulus of so many bits. */
export function rsaKey(bits: number): string {
  const modulus = Buffer.alloc(bits / 8, 0xab);
  const integer = Buffer.concat([Buffer.from([0]), modulus]);
  return `ssh-rsa ${blob([Buffer.from("ssh-rsa"), Buffer.from([1, 0, 1]), integer])}`;
}

/** Length-prefixed fields in base64, as a public key holds them. */
export function blob(fields: readonly Buffer[]): string {
  const parts = fields.flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    return [length, field];
  });
  return Buffer.concat(parts).toString("base64");
}

type Config = Record<string, unknown>;

/** A raw fleet that tests may change. */
export interface Input extends RawFleet {
  config: Config;
  stackFiles: Record<string, Config>;
}

/** What all stacks share: Pulumi.yaml. */
export function shared(): Config {
  return {
    agency: {
      name: "countable",
      domains: ["countable.ca"],
      zones: {
        "countable.ca": "0".repeat(32),
        "example.org": "1".repeat(32),
        "cryptsend.io": "2".repeat(32),
      },
      awsAccount: "413528927365",
    },
    team: {
      members: {
        clark: { keys: [publicKey(1)] },
        dana: { keys: [publicKey(2), publicKey(3)] },
      },
      groups: { everyone: ["clark", "dana"], leads: ["dana"] },
      deployers: { jenkins: publicKey(4) },
    },
  };
}

/** Projects that exercise every rule of placement. */
export function projects(): Config {
  return {
    cryptsend: { domain: "cryptsend.io", access: ["everyone"], backup: { database: "postgres" } },
    kmc: { domain: "kmc.countable.ca", access: ["clark"], residency: "canada", backup: {} },
    intranet: { domain: "intra.example.org", access: ["leads"], node: "kmc", backup: {} },
    portal: { domain: "portal.example.org", access: ["everyone"], needs: ["rds"], backup: {} },
    clinic: { domain: "clinic.example.org", access: ["everyone"], backup: {} },
    shop: { domain: "shop.example.org", access: ["everyone"], node: "shop-acme", backup: {} },
    legacy: { domain: "legacy.example.org", access: ["everyone"], backup: {} },
  };
}

/** Machines that are not the default. */
export function nodes(): Config {
  return {
    kmc: { memoryGb: 4 },
    clinic: { server: { address: "192.0.2.10", login: "root", hostKey: publicKey(10) } },
    legacy: {
      adopt: {
        provider: "digitalocean",
        id: "123456",
        region: "nyc3",
        size: "s-2vcpu-4gb",
        login: "root",
        hostKey: publicKey(11),
      },
    },
  };
}

/** A valid environment stack. */
export function prod(): Input {
  return {
    stack: "prod",
    config: { ...shared(), projects: projects(), nodes: nodes() },
    stackFiles: {},
  };
}

/** A valid host stack of prod, with prod's file beside it. */
export function hostStack(): Input {
  return {
    stack: "prod-b",
    config: { ...shared(), environment: "prod", projects: { cryptsend: {} } },
    stackFiles: { prod: prod().config },
  };
}

/** Changes a value of a nested config by its path; `undefined` removes it. */
export function put(root: Config, path: readonly (string | number)[], value: unknown): void {
  const parent = path.slice(0, -1).reduce<Config>((at, key) => {
    const next = at[key];
    if (typeof next === "object" && next !== null) return next as Config;
    const made: Config = {};
    at[key] = made;
    return made;
  }, root);
  const last = path.at(-1);
  if (last === undefined) throw new Error("an empty path");
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
}

export function parse(input: RawFleet): ResolvedFleet {
  return parseFleet(input, today);
}

/** The problems of a config that must be refused. */
export function problemsOf(input: RawFleet): readonly Problem[] {
  try {
    parse(input);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

/** What a problem must say; texts are parts of what it says. */
export interface Expected {
  readonly path: string;
  readonly message: string;
  readonly received?: string;
  readonly allowed?: string;
  readonly fix: string;
}

/** The one problem of a config, compared part by part. */
export function expectProblem(input: RawFleet, expected: Expected): void {
  const problems = problemsOf(input);
  expect(problems.map(({ path, message }) => `${path}: ${message}`)).toHaveLength(1);
  const [problem] = problems;
  expect(problem?.path).toBe(expected.path);
  expect(problem?.message).toContain(expected.message);
  expect(problem?.fix).toContain(expected.fix);
  expect(problem?.received).toBe(expected.received);
  if (expected.allowed !== undefined) expect(problem?.allowed).toContain(expected.allowed);
}

/** One row of a table of bad input: what is changed in a valid config, and what must be said. */
export type BadInput = readonly [
  title: string,
  change: readonly (readonly [path: readonly (string | number)[], value: unknown])[],
  expected: Expected,
];

/** A valid config with changes. */
export function changed(input: Input, changes: BadInput[1]): Input {
  for (const [path, value] of changes) put(input.config, path, value);
  return input;
}
