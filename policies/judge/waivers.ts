import { parsed } from "./json";
import { above, type Resource } from "./resource";
import { projectNode } from "./types";

/** An exception from a policy, as the stack's configuration declares it. */
export interface Waiver {
  readonly policy: string;
  readonly resource?: string;
  readonly node?: string;
  readonly reason: string;
  readonly owner: string;
  /** Last day (UTC) on which it holds, YYYY-MM-DD. */
  readonly until: string;
}

/** Days a waiver may last at most; what needs longer is a change of the rule. */
const longest = 366;

/** Configuration key of the waivers. */
export const waiversKey = "berth:waivers";
/** Output of a stack with the same, for those who have its state alone. */
export const waiversOutput = "waivers";

/** Reads waivers from configuration text; what is no JSON waives nothing. */
export function readWaivers(text: string | undefined): readonly Waiver[] {
  return waiversIn(parsed(text));
}

/**
 * The waivers in a list. The pack trusts nobody's validation: what lacks a reason, an owner, a date
 * or something to be for waives nothing.
 */
export function waiversIn(raw: unknown): readonly Waiver[] {
  return (Array.isArray(raw) ? raw : []).flatMap((entry: unknown) => {
    const waiver = complete(entry);
    return waiver ? [waiver] : [];
  });
}

/** The waiver that lets a finding of a policy on a resource pass on a day (YYYY-MM-DD), if any. */
export function waiverFor(
  waivers: readonly Waiver[],
  policy: string,
  resource: Resource | undefined,
  today: string,
): Waiver | undefined {
  if (!resource) return undefined;
  const node = resource.type === projectNode ? resource : above(resource, projectNode);
  return waivers.find(
    (waiver) =>
      waiver.policy === policy &&
      today <= waiver.until &&
      waiver.until <= yearAfter(today) &&
      (waiver.resource === resource.name ||
        (waiver.node !== undefined && waiver.node === node?.name)),
  );
}

/** The last day on which a waiver of today may end, leap years included. */
function yearAfter(today: string): string {
  const day = new Date(`${today}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + longest);
  return day.toISOString().slice(0, today.length);
}

function complete(entry: unknown): Waiver | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const text = (key: string): string => {
    const value: unknown = Reflect.get(entry, key);
    return typeof value === "string" ? value.trim() : "";
  };
  const [policy, reason, owner] = [text("policy"), text("reason"), text("owner")];
  const [resource, node] = [text("resource"), text("node")];
  const until = /^\d{4}-\d{2}-\d{2}/.exec(text("until"))?.[0];
  if (!policy || !reason || !owner || !until || (!resource && !node)) return undefined;
  const target = { ...(resource ? { resource } : {}), ...(node ? { node } : {}) };
  return { policy, reason, owner, until, ...target };
}
