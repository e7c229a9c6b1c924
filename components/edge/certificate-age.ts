import { dayLength } from "../fleet/formats";

/**
 * Days that certificates between the edge and a machine are valid. Cloudflare's Origin CA gives 7, 30, 90,
 * 365, 730, 1095 or 5475.
 */
export const validDays = 1095;

/**
 * Days before its end in which a certificate is renewed by whichever update comes first: half a year, since
 * a project that needs nothing may not be deployed for long.
 */
export const renewalDays = 180;

/** When a certificate ends, of what the provider says of it; undefined where that is no date. */
export function endOf(expiresOn: unknown): Date | undefined {
  // Cloudflare prints `2029-11-28 10:00:00 +0000 UTC`, also with a T and a Z.
  const [, day, time] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)/.exec(typeof expiresOn === "string" ? expiresOn : "") ??
    [];
  const end = new Date(`${day}T${time}Z`);
  return Number.isNaN(end.getTime()) ? undefined : end;
}

/** Whether a certificate that ends then is to be renewed now. */
export function isDue(end: Date, now: Date): boolean {
  return end.getTime() - now.getTime() < renewalDays * dayLength;
}
