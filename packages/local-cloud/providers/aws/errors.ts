import { createHash } from "node:crypto";

import { ProviderError } from "../../emulator/handler";

/** One refusal of the AWS API. */
export interface Refusal {
  /** `EC2`, `S3`, `IAM`, `SSM`. */
  readonly service: string;
  /** API action: `RunInstances`. */
  readonly action: string;
  readonly status: 301 | 400 | 403 | 404 | 409;
  readonly code: string;
  readonly message: string;
  /** The AWS SDK models some errors as types of their own; those lack the words `api error`. */
  readonly typed?: boolean;
}

/**
 * The text of an API error as the AWS SDK for Go v2 words it. Request ids are derived from the
 * refusal itself, so that the same mistake always reads the same.
 */
export function apiError(refusal: Refusal): string {
  const { service, action, status, code, message, typed = false } = refusal;
  const host = service === "S3" ? `, HostID: ${hash(`host ${code} ${message}`, 44)}` : "";
  return (
    `operation error ${service}: ${action}, https response error StatusCode: ${status}, ` +
    `RequestID: ${requestId(`${action} ${code} ${message}`)}${host}, ` +
    `${typed ? "" : "api error "}${code}: ${message}`
  );
}

/** An error of a Terraform SDK v2 resource: `doing` is what it was at (`creating EC2 Instance`). */
export function failed(doing: string, refusal: Refusal | string): ProviderError {
  const cause = typeof refusal === "string" ? refusal : apiError(refusal);
  return new ProviderError(`1 error occurred:\n\t* ${doing}: ${cause}\n\n`);
}

/** An error of a Terraform plugin framework resource. */
export function frameworkFailed(doing: string, refusal: Refusal | string): ProviderError {
  const cause = typeof refusal === "string" ? refusal : apiError(refusal);
  return new ProviderError(`${doing}: ${cause}`);
}

function requestId(seed: string): string {
  const hex = hash(seed, 32);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

function hash(seed: string, length: number): string {
  return createHash("sha256").update(seed).digest("hex").slice(0, length);
}
