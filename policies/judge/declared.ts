import { mapping, parsed, text } from "./json";

/** What a stack's configuration says of the agency: what its resources are compared with. */
export interface DeclaredAgency {
  /** First part of the names of the buckets that Berth makes. */
  readonly name: string;
  /** 12 digits. */
  readonly awsAccount: string;
  /** Zone name by Cloudflare zone id. */
  readonly zones: ReadonlyMap<string, string>;
}

/** What a stack declares, as far as policies compare resources with it. */
export interface Declared {
  /** Undefined where the stack names none: then nothing can be compared, and that is no all-clear. */
  readonly agency: DeclaredAgency | undefined;
  /** Names of the buckets that were there before Berth. */
  readonly adopted: readonly string[];
  /** Names of the clients' own buckets that projects' archives go to (R82). */
  readonly clientBuckets: readonly string[];
  /** Days in which nobody can delete an archive of production; 0: none. */
  readonly lockDays: number;
  /** The environment that a host stack says it serves. */
  readonly environment: string | undefined;
}

/** Configuration keys, without namespace, that are compared with. */
const keys = {
  agency: "berth:agency",
  backups: "berth:backups",
  projects: "berth:projects",
  environment: "berth:environment",
} as const;
/** Output of a stack with the same, for those who have its state alone. */
export const declaredOutput = "declared";
/** The manual says nothing of it; what Berth keeps an archive for unless told otherwise. */
const usualKeepDays = 35;
const usualLockDays = 30;

/** Reads what a stack declares from its configuration, a text by key. */
export function declaredIn(config: ReadonlyMap<string, string>): Declared {
  return declaredOf({
    agency: parsed(config.get(keys.agency)),
    backups: parsed(config.get(keys.backups)),
    clientBuckets: clientBucketsOf(mapping(parsed(config.get(keys.projects)))),
    environment: config.get(keys.environment),
  });
}

/** Reads what a stack declares from `{ agency, backups, environment, clientBuckets }`; what is malformed counts as not there. */
export function declaredOf(raw: unknown): Declared {
  const { agency, backups, environment, clientBuckets } = mapping(raw);
  const { keepDays = usualKeepDays, lockDays, adopt } = mapping(backups);
  const kept = typeof keepDays === "number" ? keepDays : usualKeepDays;
  return {
    agency: agencyOf(mapping(agency)),
    adopted: (Array.isArray(adopt) ? adopt : []).flatMap(
      (bucket) => text(mapping(bucket)["name"]) ?? [],
    ),
    clientBuckets: (Array.isArray(clientBuckets) ? clientBuckets : []).flatMap(
      (name) => text(name) ?? [],
    ),
    lockDays: typeof lockDays === "number" ? lockDays : Math.min(usualLockDays, kept),
    environment: text(environment),
  };
}

function clientBucketsOf(projects: Readonly<Record<string, unknown>>): string[] {
  return Object.values(projects).flatMap((project) => {
    const { bucket } = mapping(mapping(project)["backup"]);
    return text(mapping(bucket)["name"]) ?? [];
  });
}

function agencyOf(raw: Readonly<Record<string, unknown>>): DeclaredAgency | undefined {
  const [name, awsAccount] = [text(raw["name"]), text(raw["awsAccount"])];
  if (name === undefined || awsAccount === undefined) return undefined;
  const zones = Object.entries(mapping(raw["zones"])).flatMap(([zone, id]) => {
    const found = text(id);
    return found === undefined ? [] : [[found, zone] as const];
  });
  return { name, awsAccount, zones: new Map(zones) };
}
