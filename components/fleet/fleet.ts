/**
 * The fleet: everything one stack declares, validated once and deeply readonly.
 * `parseFleet` (parse.ts) is the only maker of these values; nobody re-validates them.
 */

/** The environments the manual knows for servers (`test` and `dev` run on Jenkins and laptops). */
export const environments = ["stage", "prod"] as const;
export type Environment = (typeof environments)[number];

/** What only AWS offers (R2). */
export const awsServices = ["cognito", "rds"] as const;
export type AwsService = (typeof awsServices)[number];

/** Where a project's data may live. The manual has a rule for Canada alone (R3). */
export const residencies = ["anywhere", "canada"] as const;
export type Residency = (typeof residencies)[number];

/** Clouds that Berth creates machines on. */
export const clouds = ["digitalocean", "scaleway", "aws"] as const;
export type Cloud = (typeof clouds)[number];

/** What Berth may change on a machine it did not make; switched on one by one. */
export const takeOverSteps = ["people", "firewall", "proxy", "deploy"] as const;
export type TakeOverStep = (typeof takeOverSteps)[number];

/** The steps that do something on a machine Berth did not make, and may so be declared for one. */
export const declarableSteps = ["people", "firewall", "deploy"] as const;

/** What `servedBy` says of a project whose service ended: it has no names, and nobody serves it. */
export const nobody = "none";

/** Facts about the agency that all stacks share. */
export interface Agency {
  /** Short name, first part of derived bucket names. */
  readonly name: string;
  /** Registered domains of the agency itself; names under them use the suffix form (R25). */
  readonly domains: readonly string[];
  /** Cloudflare zone id by zone name. */
  readonly zones: Readonly<Record<string, string>>;
  /** The AWS account that backups and AWS nodes belong to, 12 digits (R33). */
  readonly awsAccount: string;
}

/** A person of the team. */
export interface Member {
  /** Unix account name. */
  readonly name: string;
  /** OpenSSH public keys, one line each. */
  readonly keys: readonly string[];
}

/** The repository that every member gets a clone of, at one commit on all machines (R19). */
export interface Dotfiles {
  /** Clone address without a password in it. */
  readonly repository: string;
  /** Full hash, 40 hex digits, lower case. */
  readonly commit: string;
}

/** The roster: who exists, and who may deploy. */
export interface Team {
  readonly members: Readonly<Record<string, Member>>;
  /** Group name to member names. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** OpenSSH public keys that may enter a new machine and converge it, by deployer name. */
  readonly deployers: Readonly<Record<string, string>>;
  readonly dotfiles?: Dotfiles;
}

/** A machine that the client provides (R1): reached, never created. */
export interface ClientServer {
  /** IPv4 address. */
  readonly address: string;
  /** The initial account. */
  readonly login: string;
  /** The machine's SSH host key as an authorized_keys line; connections are pinned to it. */
  readonly hostKey: string;
}

/** A machine made by hand or by another tool, taken over by import (R11). */
export interface Adoption {
  readonly provider: Cloud;
  /** The provider's id: droplet number, `zone/uuid`, or `i-…`. */
  readonly id: string;
  /** Region (DigitalOcean, AWS) or zone (Scaleway) where it runs. */
  readonly region: string;
  /** Its present size, as the provider names it. */
  readonly size: string;
  readonly login: string;
  readonly hostKey: string;
}

/** Permission to let an old machine go (R74, R75). */
export interface Retirement {
  /** UTC date (YYYY-MM-DD) on which its service ended; what was recorded at the switch counts too. */
  readonly since: string;
  /** Id of the offline snapshot taken of it, which is looked up at the provider before it goes. */
  readonly snapshot: string;
  /** The machine shall go: refused before seven days, released in one update, deleted by the next. */
  readonly remove: boolean;
}

/** A machine this stack owns. */
export interface NodeSpec {
  /** Project slug, or `slug-client` (R9). */
  readonly name: string;
  /** The name under which the machine may have been deployed; it is the same machine. */
  readonly formerly?: string;
  /** Slugs of the projects that live on it, sorted; never empty. */
  readonly projects: readonly string[];
  /** Union of what its projects need. */
  readonly needs: readonly AwsService[];
  /** The strictest residency among its projects. */
  readonly residency: Residency;
  /** GB of memory asked for, at least 2 (R7). */
  readonly memoryGb: number;
  /** GB of disk asked for, at least 50 (R7). */
  readonly diskGb: number;
  /** The provider's own size name, when declared. */
  readonly size?: string;
  readonly server?: ClientServer;
  readonly adopt?: Adoption;
  /** Steps of take-over switched on; all of them for machines that Berth makes. */
  readonly manage: readonly TakeOverStep[];
  /**
   * Accounts that exist on a machine Berth did not make and become those of the members of the same
   * name, sorted. Each is a member with access to it.
   */
  readonly accounts?: readonly string[];
  readonly retired?: Retirement;
}

/** A nightly copy of a project's data (R29–R42). */
export interface BackupSpec {
  readonly database: "postgres" | "postgis" | "mongodb" | "none";
  /** AWS region of the bucket: us-east-1 (R30), ca-central-1 for Canada and AWS-in-Canada nodes. */
  readonly region: BackupRegion;
}

export const backupRegions = ["us-east-1", "ca-central-1"] as const;
export type BackupRegion = (typeof backupRegions)[number];

/** A client project. */
export interface ProjectSpec {
  readonly slug: string;
  /** The slug under which it may have been deployed; it is the same project. */
  readonly formerly?: string;
  /** Primary domain, lower case, without trailing dot. */
  readonly domain: string;
  /** Name of the Cloudflare zone that holds the domain; absent with `dns: external`. */
  readonly zone?: string;
  /** `external`: the client runs DNS; Berth prints the records instead of making them. */
  readonly dns: "cloudflare" | "external";
  readonly repository?: string;
  /** Name of the node it lives on. */
  readonly node: string;
  /** Members with an account on its node, sorted. */
  readonly access: readonly string[];
  readonly backup?: BackupSpec;
  /** Host stack that serves it, or `nobody`; absent: this stack's own node. */
  readonly servedBy?: string;
}

/** A bucket for one environment and region. */
export interface BucketSpec {
  readonly name: string;
  readonly region: BackupRegion;
  /** True: it existed before Berth; its objects, policies and lifecycle are never altered. */
  readonly adopted: boolean;
  /** Days under object lock in compliance mode; absent: no lock. */
  readonly lockDays?: number;
  /** Days an archive is kept. */
  readonly keepDays: number;
}

/** Everything one stack declares. */
export interface Fleet {
  readonly stack: string;
  readonly environment: Environment;
  /** `environment`: owns names and buckets. `host`: owns new machines for named projects. */
  readonly role: "environment" | "host";
  readonly agency: Agency;
  readonly team: Team;
  /** Machines this stack owns, sorted by name. */
  readonly nodes: readonly NodeSpec[];
  /** Machines that shall go (`retired.remove`), sorted by name; where they are gone, nothing is left to do. */
  readonly leaving: readonly NodeSpec[];
  /** Projects this stack serves names for (environment) or hosts (host), sorted by slug. */
  readonly projects: readonly ProjectSpec[];
  /** Buckets the projects' backups go to, sorted by region. */
  readonly buckets: readonly BucketSpec[];
}
