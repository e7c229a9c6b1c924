import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";

import { awsServices, residencies, type Cloud } from "../../components/fleet/fleet";
import { locate } from "../../components/placement/placement";
import { readCheckpoint } from "../../engine/state";
import { isAlive } from "../ground/alive";
import { Refusal } from "../ground/usage";

/**
 * What the smoke project declares of itself, so that the rules place it at one provider. Refuses one
 * at which no rule places a new machine.
 */
function factsFor(provider: Cloud): Readonly<Record<string, unknown>> {
  const needs = [[], ...awsServices.map((service) => [service])];
  const mixes = residencies.flatMap((residency) =>
    needs.map((needed) => [residency, needed] as const),
  );
  const found = mixes.find(
    ([residency, needed]) => locate({ residency, needs: needed }).provider === provider,
  );
  if (found === undefined)
    throw new Refusal(`no rule of the manual places a new machine at ${provider}`);
  const [residency, needed] = found;
  return { residency, ...(needed.length === 0 ? {} : { needs: needed }) };
}

/** Slug of the one project, and name of its machine. */
export const slug = "berth-smoke";
/** The environment with the fewest demands: nothing is protected, no backup is needed. */
export const stack = "stage";

/** The `berth:` keys of the smoke stack, without the prefix; `access` are members of the team. */
export function smokeConfig(
  provider: Cloud,
  domain: string,
  access: readonly string[],
): Record<string, unknown> {
  return { projects: { [slug]: { domain, access: [...access], ...factsFor(provider) } } };
}

/** A project of its own, with its own state, in a directory that a cut-off run leaves behind. */
export interface SmokeProject {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Where a provider's smoke run keeps its state until everything is gone again. */
export function smokeDirectory(clone: string, provider: Cloud): string {
  return path.join(clone, ".berth", "smoke", provider);
}

/**
 * Whether an earlier run left something, which this one has to take down. Refuses while that run goes
 * on: both would work on one state.
 */
export function isLeft(clone: string, provider: Cloud): boolean {
  const root = smokeDirectory(clone, provider);
  if (!fs.existsSync(root)) return false;
  for (const file of [pidFile, ...locksIn(root)]) {
    const pid = pidIn(read(path.join(root, file)));
    if (pid === undefined || !isAlive(pid)) continue;
    throw new Refusal(
      `a smoke run of ${provider} is under way here (process ${pid}). Wait for it; if that process ` +
        `is something else, remove .berth/smoke/${provider}/${file}`,
    );
  }
  return true;
}

/** Locks of the engine, which outlives a command that is killed. */
function locksIn(root: string): readonly string[] {
  const locks = path.join("state", ".pulumi", "locks");
  const directory = path.join(root, locks);
  if (!fs.existsSync(directory)) return [];
  const names = fs.readdirSync(directory, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".json")).map((name) => path.join(locks, name));
}

function pidIn(text: string): number | undefined {
  try {
    return (JSON.parse(text) as { readonly pid?: number }).pid;
  } catch {
    // Half-written, or none.
    return undefined;
  }
}

/** Whether there is a state, and with it maybe something at the provider. */
export function hasState(clone: string, provider: Cloud): boolean {
  return fs.existsSync(stateFile(clone, provider));
}

/** Names of what was being made when the engine was killed: it does not know whether that exists. */
export function leftHalfMade(clone: string, provider: Cloud): readonly string[] {
  const state = read(stateFile(clone, provider));
  return state === "" ? [] : readCheckpoint(state).halfMade.map(({ urn }) => urn);
}

const pidFile = "pid.json";

function stateFile(clone: string, provider: Cloud): string {
  const stacks = path.join(smokeDirectory(clone, provider), "state", ".pulumi", "stacks");
  return path.join(stacks, slug, `${stack}.json`);
}

function read(file: string): string {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
}

/** Writes the project: the program by links, the agency's facts, one stack file, a file backend. */
export function writeProject(
  clone: string,
  provider: Cloud,
  config: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
): SmokeProject {
  const root = smokeDirectory(clone, provider);
  const directory = path.join(root, "project");
  const state = path.join(root, "state");
  for (const place of [directory, state]) fs.mkdirSync(place, { recursive: true, mode: 0o700 });
  fs.writeFileSync(path.join(root, pidFile), JSON.stringify({ pid: process.pid }));
  for (const name of ["index.ts", "components", "package.json", "tsconfig.json", "node_modules"]) {
    const link = path.join(directory, name);
    if (!fs.existsSync(link)) fs.symlinkSync(path.join(clone, name), link);
  }
  const shared = parse(fs.readFileSync(path.join(clone, "Pulumi.yaml"), "utf8")) as object;
  write(directory, "Pulumi.yaml", { ...shared, name: slug });
  const keys = Object.entries(config).map(([key, value]) => [`berth:${key}`, value]);
  const file = path.join(directory, `Pulumi.${stack}.yaml`);
  // After `stack init` it holds the salt of the state's secrets.
  if (!fs.existsSync(file))
    write(directory, path.basename(file), { config: Object.fromEntries(keys) });
  return {
    directory,
    env: {
      ...env,
      PULUMI_BACKEND_URL: pathToFileURL(state).href,
      // The state is where `stateFile` looks, whatever a person's other backends need.
      PULUMI_DIY_BACKEND_GZIP: "false",
      PULUMI_DIY_BACKEND_LEGACY_LAYOUT: "false",
      PULUMI_CONFIG_PASSPHRASE: passphrase(root),
      PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "false",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    },
  };
}

function write(directory: string, name: string, content: unknown): void {
  fs.writeFileSync(path.join(directory, name), stringify(content));
}

/** Of this run alone; readable by its owner, gone with the run. */
function passphrase(root: string): string {
  const file = path.join(root, "passphrase");
  if (!fs.existsSync(file)) {
    fs.writeFileSync(file, crypto.randomBytes(32).toString("base64url"), { mode: 0o600 });
  }
  return read(file);
}
