import { z } from "zod";

import { operations } from "./preview";

/** What the engine writes, as far as this program reads it. */

const properties = z.record(z.string(), z.unknown()).nullish();

export const state = z.object({
  urn: z.string().nullish(),
  id: z.string().nullish(),
  parent: z.string().nullish(),
  custom: z.boolean().nullish(),
  protect: z.boolean().nullish(),
  retainOnDelete: z.boolean().nullish(),
  inputs: properties,
  outputs: properties,
});

export const metadata = z.object({
  op: z.enum(operations),
  urn: z.string().startsWith("urn:pulumi:"),
  old: state.nullish(),
  new: state.nullish(),
  keys: z.array(z.string()).nullish(),
  diffs: z.array(z.string()).nullish(),
  detailedDiff: z.record(z.string(), z.unknown()).nullish(),
});

const counts = z.record(z.string(), z.number());

/** Kinds of events this program knows; others mean another version of the engine. */
export const event = z.strictObject({
  sequence: z.int().min(0),
  timestamp: z.number(),
  cancelEvent: z.object({}).optional(),
  stdoutEvent: z.unknown().optional(),
  diagnosticEvent: z
    .object({ message: z.string(), severity: z.string(), urn: z.string().optional() })
    .optional(),
  preludeEvent: z.object({ config: z.record(z.string(), z.string()).nullable() }).optional(),
  summaryEvent: z
    .object({
      resourceChanges: counts.nullable(),
      PolicyPacks: z.record(z.string(), z.string()).nullish(),
      isPreview: z.boolean(),
      result: z.enum(["succeeded", "failed", "canceled"]),
    })
    .optional(),
  resourcePreEvent: z.object({ metadata }).optional(),
  resOutputsEvent: z.object({ metadata }).optional(),
  resOpFailedEvent: z.unknown().optional(),
  policyEvent: z
    .object({
      resourceUrn: z.string().optional(),
      message: z.string(),
      policyName: z.string(),
      enforcementLevel: z.string(),
    })
    .optional(),
  policyRemediationEvent: z.unknown().optional(),
  policyLoadEvent: z.unknown().optional(),
  policyAnalyzeSummaryEvent: z.unknown().optional(),
  policyRemediateSummaryEvent: z.unknown().optional(),
  policyAnalyzeStackSummaryEvent: z.unknown().optional(),
  startDebuggingEvent: z.unknown().optional(),
  progressEvent: z.unknown().optional(),
  errorEvent: z.object({ error: z.string() }).optional(),
});
export type Event = z.infer<typeof event>;

/** Which policies judged a resource or the stack. */
export const analyzed = z.object({
  passed: z.array(z.string()).nullish(),
  failed: z.array(z.string()).nullish(),
});

/** One step of a plan as `pulumi preview --json` tells it. */
const planned = z.object({
  op: z.enum(operations),
  urn: z.string().startsWith("urn:pulumi:"),
  oldState: state.nullish(),
  newState: state.nullish(),
  diffReasons: z.array(z.string()).nullish(),
  replaceReasons: z.array(z.string()).nullish(),
  detailedDiff: z.record(z.string(), z.unknown()).nullish(),
});
export type PlannedStep = z.infer<typeof planned>;

/** What `pulumi preview --json` prints. */
export const digest = z.strictObject({
  config: z.record(z.string(), z.string()).nullish(),
  steps: z.array(planned),
  diagnostics: z
    .array(z.object({ message: z.string().optional(), severity: z.string() }))
    .nullish(),
  duration: z.number(),
  changeSummary: counts.nullish(),
  maybeCorrupt: z.boolean().optional(),
});
