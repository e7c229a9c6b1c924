/** The forms of names and addresses. Patterns are plain, so that the JSON schema carries them. */

/** Lower-case words joined by single hyphens, first character a letter. */
export const slugPattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** A slug becomes a Unix path, a bucket prefix and a host name, with room for a suffix. */
export const slugLimit = 40;
/** A node's name is one DNS label. */
export const labelLimit = 63;
/** Longest DNS name. */
export const nameLimit = 253;

/** A domain name of at least two labels, lower case, without trailing dot. */
export const domainPattern =
  /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
export const zoneIdPattern = /^[0-9a-f]{32}$/;
export const accountPattern = /^[0-9]{12}$/;
/** What `useradd` takes on Ubuntu. */
export const loginPattern = /^[a-z][a-z0-9_-]{0,31}$/;
/** What Pulumi takes as a stack's name. */
export const stackPattern = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;
/**
 * A UTC date. Without quotes YAML reads it as a time, and the engine hands it on as
 * `2026-11-01 00:00:00 +0000 UTC`.
 */
export const datePattern = /^\d{4}-\d{2}-\d{2}( 00:00:00 \+0000 UTC|T00:00:00(\.000)?Z)?$/;
/** `git@host:path` or a URL, without a password in it. */
export const repositoryPattern =
  /^(git@[a-z0-9.-]+:|(https|ssh|git):\/\/(git@)?[a-z0-9.-]+(:\d+)?\/)[\w./-]+$/;

/** A job: stands in a forced command and in a rule of sudo's, where other characters have meanings. */
export const jobNamePattern = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;
/** A branch, as a delivery takes it: nothing that looks like an option, and no range. */
export const branchPattern =
  /^(?!.*(\.\.|\/\/|\/\.|\.lock$|[./]$))[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;
/** What a shell and Compose take as the name of a variable. */
export const secretNamePattern = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
/** A path of a URL, with a query where it has one. */
export const healthPathPattern = /^\/[A-Za-z0-9._~!$&()*+,;=:@%/?-]{0,199}$/;
/** What Compose takes for the name of a service; never an option. */
export const servicePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
/** An absolute path other than the root itself. */
export const filesPattern = /^(?!.*\/\.{1,2}(\/|$))(\/[A-Za-z0-9._@+-]+)+\/?$/;

/** A path of a repository: no absolute one, and none that leads out of it. */
export const repositoryPathPattern = /^(?![/.])(?!.*(^|\/)\.\.(\/|$))[A-Za-z0-9._/-]+$/;

/** A full hash: a branch, a tag or a short one may mean another commit tomorrow (R19). */
export const commitPattern = /^[0-9a-f]{40}$/;

/** The day of a date in UTC as milliseconds, or undefined for a day the calendar does not have. */
export function utcDay(text: string): number | undefined {
  if (!datePattern.test(text)) return undefined;
  const day = text.slice(0, 10);
  const time = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time) || dayText(time) !== day ? undefined : time;
}

/** YYYY-MM-DD in UTC. */
export function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

export const dayLength = 24 * 60 * 60 * 1000;

/**
 * What is wrong with an IPv4 address of a server, or undefined. Private ranges are fine: a client's
 * machine may stand behind a VPN.
 */
export function addressFault(text: string): string | undefined {
  if (/^\[?[\da-f]*:[\da-f:.]*:[\da-f:.]*\]?(:\d+)?$/i.test(text)) {
    return "is an IPv6 address; machines are reached by IPv4 alone";
  }
  if (/:\d+$/.test(text)) return "names a port; machines are reached on SSH's port 22 alone";
  const parts = text.split(".");
  const isByte = (part: string) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255;
  if (parts.length !== 4 || !parts.every(isByte)) return "is not an IPv4 address";
  const [first, second] = parts.map(Number);
  if (first === 0) return "is in 0.0.0.0/8, which no machine has";
  if (first === 127) return "is in 127.0.0.0/8, the loopback of this very machine";
  if (first === 169 && second === 254) return "is in 169.254.0.0/16, which is never routed";
  if (first !== undefined && first >= 224) return "is in 224.0.0.0/3, multicast or reserved";
  return undefined;
}

/** What is wrong with the name of an S3 bucket, or undefined (S3's naming rules). */
export function bucketFault(name: string): string | undefined {
  if (name.length < 3 || name.length > 63) return "must have 3 to 63 characters";
  if (!/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name)) {
    return "must be of lower-case letters, digits, hyphens and dots, with a letter or digit at both ends";
  }
  if (name.includes("..")) return "must not have two dots in a row";
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return "must not look like an address";
  if (/^(xn--|sthree-|amzn-s3-demo-)/.test(name)) return "starts with a prefix that S3 reserves";
  if (/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name)) {
    return "ends with a suffix that S3 reserves";
  }
  return undefined;
}
