import { createHash } from "node:crypto";

import type { BackupSpec, Consistency } from "../fleet/backups";
import type { Environment } from "../fleet/environment";
import { isDelivered } from "./deliveries";
import type { ResolvedNode, ResolvedProject } from "./resolved";

/** What a node is told of a project whose data it backs up (R29, R36). Holds no secret. */
export interface BackedUp {
  readonly slug: string;
  readonly environment: Environment;
  readonly bucket: string;
  readonly region: string;
  /** The client's AWS account that the bucket must be in; absent: it is the agency's. */
  readonly owner?: string;
  /** What the keys of its archives begin with (R31). */
  readonly prefix: string;
  /** The declared kind of its database. */
  readonly kind: string;
  /** Times of day in UTC, sorted. */
  readonly at: readonly string[];
  readonly consistency: Consistency;
  /** Absolute paths in containers that hold data as files (R67). */
  readonly files: readonly string[];
  /** Services and volumes that are left out, with the reason. */
  readonly exclude: Readonly<Record<string, string>>;
  /** Share of the last archive's content below which a run fails. */
  readonly shrink: number;
  /** Public keys of age that archives are encrypted to; none: they are not. */
  readonly recipients: readonly string[];
  /** The server over the network that holds its databases; its password comes with the key to write. */
  readonly rds?: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly image: string;
    /** A file of the checkout; absent: whose certificate the server shows is not compared. */
    readonly authorities?: string;
  };
  /** The Compose project that holds its data, where people brought that up; absent: what was delivered does. */
  readonly compose?: string;
}

/**
 * Whether a node's machine backs a project up: it has a backup, the machine delivers it, since what there is
 * to back up is told by the version that was delivered, or runs the Compose project that is named instead, and no
 * other machine serves it: data that stood still
 * must not come after what is alive. A machine that is made ready to serve begins once it has the data. Pure.
 */
export function isBackedUp(
  node: Pick<ResolvedNode, "manage">,
  project: Pick<ResolvedProject, "repository" | "archives" | "backup" | "servedBy">,
): boolean {
  const { archives, servedBy, backup } = project;
  const isRun = backup?.compose !== undefined && node.manage.includes("deploy");
  const isThere = isRun || isDelivered(node, project);
  return archives !== undefined && servedBy === undefined && isThere;
}

/** What a project is backed up by; undefined for one without a backup. Pure. */
export function backedUpOf(
  project: Pick<ResolvedProject, "slug" | "archives" | "backup" | "files">,
  environment: Environment,
): BackedUp | undefined {
  const { slug, archives, backup, files } = project;
  if (archives === undefined || backup === undefined) return undefined;
  const { bucket, prefix } = archives;
  const usual = backup.database === "mongodb" ? "stop" : "snapshot";
  return {
    slug,
    environment,
    bucket: bucket.name,
    region: bucket.region,
    ...(bucket.owner === undefined ? {} : { owner: bucket.owner }),
    prefix,
    kind: backup.database,
    at: [...new Set(backup.at ?? [timeOf(slug)])].sort(),
    consistency: backup.consistency ?? usual,
    files: [...(files ?? [])].sort(),
    exclude: backup.exclude ?? {},
    shrink: backup.mayShrinkTo ?? 0.5,
    recipients: backup.recipients ?? [],
    ...(backup.compose === undefined ? {} : { compose: backup.compose }),
    ...(backup.rds === undefined ? {} : { rds: serverOf(backup.rds) }),
  };
}

function serverOf({ host, port = 5432, user, image, authorities }: NonNullable<BackupSpec["rds"]>) {
  return { host, port, user, image, ...(authorities === undefined ? {} : { authorities }) };
}

/** Minutes of the night in which backups run that name no time, in UTC. */
const night = { first: 60, count: 240 } as const;

/** The time of day of a project's backups: by its slug alone, so that projects of a node do not meet. */
function timeOf(slug: string): string {
  const number = createHash("sha256").update(`backup ${slug}`).digest().readUInt32BE(0);
  const minutes = night.first + (number % night.count);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
