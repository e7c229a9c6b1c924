import { z } from "zod";

import { UnreadablePreview, type Preview } from "../../../engine/preview";
import { outputsOf } from "./side";

/** An exception from a policy that somebody answers for, as the stack file declares it. */
export interface Waiver {
  readonly policy: string;
  /** Logical name of the resource it is for. */
  readonly resource?: string | undefined;
  /** Or the node, with everything that belongs to it. */
  readonly node?: string | undefined;
  readonly reason: string;
  readonly owner: string;
  /** Last day (UTC) on which it holds, YYYY-MM-DD. */
  readonly until: string;
  /** Whether what stands already does not have it: then this change asks for it, and nobody agreed yet. */
  readonly asked: boolean;
}

/** A waiver and what it did. */
export interface WaiverUse {
  readonly waiver: Waiver;
  /** Findings that it turned into a notice. */
  readonly uses: number;
}

/** The name by which a waiver approves the destruction of data. No policy has it. */
export const destruction = "data-destruction";

const waivers = z.array(
  z.object({
    policy: z.string(),
    resource: z.string().optional(),
    node: z.string().optional(),
    reason: z.string().min(1),
    owner: z.string().min(1),
    until: z.string().regex(/^\d{4}-\d{2}-\d{2}/),
  }),
);

/**
 * The waivers of the stack a preview is of. What stands already is known by the stack's own output: one
 * that differs in anything, its last day too, is asked for by the change. Throws `UnreadablePreview` for
 * malformed ones.
 */
export function waiversOf(preview: Preview): readonly Waiver[] {
  const { config, stack } = preview;
  const text = config["berth:waivers"];
  if (text === undefined) return [];
  const result = waivers.safeParse(parsed(text));
  if (!result.success) {
    throw new UnreadablePreview(
      `stack ${stack}`,
      "berth:waivers is malformed",
      "give every waiver a policy, a resource or node, a reason, an owner and a date",
    );
  }
  const standing = outputsOf(preview, "before").waivers ?? [];
  const known = new Set(standing.map((waiver) => JSON.stringify(dated(waiver))));
  return result.data.map((waiver) => ({
    ...dated(waiver),
    asked: !known.has(JSON.stringify(dated(waiver))),
  }));
}

/** With the day alone, and its fields in one order. */
function dated({ policy, resource, node, reason, owner, until }: z.infer<typeof waivers>[number]) {
  return { policy, resource, node, reason, owner, until: until.slice(0, "YYYY-MM-DD".length) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether a waiver holds on a day (UTC, YYYY-MM-DD). */
export function holds(waiver: Waiver, today: string): boolean {
  return today <= waiver.until;
}
