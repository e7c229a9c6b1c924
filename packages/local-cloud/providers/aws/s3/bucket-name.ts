import { UNKNOWN } from "../../../emulator/values";

/**
 * Why a bucket cannot have this name; undefined when it can. S3's rules for general purpose
 * buckets: 3–63 of a–z, 0–9, dot and hyphen, starting and ending with a letter or digit, not
 * formatted as an IP address.
 */
export function refuseBucketName(value: unknown): string | undefined {
  if (typeof value !== "string" || value === UNKNOWN) return undefined;
  const named = (reason: string) => `"bucket" (${value}) ${reason}`;
  if (value.length < 3 || value.length > 63) return named("must contain from 3 to 63 characters");
  if (!/^[0-9a-z.-]+$/.test(value)) {
    return named("only lowercase alphanumeric characters, hyphens and dots allowed");
  }
  if (/^\d+\.\d+\.\d+\.\d+$/.test(value)) return named("must not be formatted as an IP address");
  if (value.startsWith(".") || value.startsWith("-")) {
    return named("must not begin with a period or a hyphen");
  }
  if (value.endsWith(".") || value.endsWith("-")) {
    return named("must not end with a period or a hyphen");
  }
  if (value.includes("..")) return named("must not contain two adjacent periods");
  return undefined;
}
