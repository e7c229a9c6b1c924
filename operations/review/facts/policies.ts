import type { Preview } from "../../../engine/preview";
import { nameOf, stackType, typeOf } from "../../../engine/urn";

/** What a policy said about one resource. */
export interface PolicyFinding {
  readonly policy: string;
  /** Resource, or `the stack`. */
  readonly resource: string;
  readonly message: string;
}

/** The policies' verdict. */
export interface PolicyVerdict {
  /** False: no policy judged this plan, so nothing may be called lawful. */
  readonly ran: boolean;
  readonly violations: readonly PolicyFinding[];
  readonly waived: readonly PolicyFinding[];
  /** What depends on values that only the update knows. */
  readonly unjudged: readonly PolicyFinding[];
  /** Anything else that was said. */
  readonly notices: readonly PolicyFinding[];
  /** Number of policies that judged. */
  readonly judged: number;
}

/** Sorts what policies said; the words are the pack's own (`policies/serve`). */
export function policiesOf({ policies }: Preview): PolicyVerdict {
  const found = (policies?.messages ?? []).map(({ policy, urn, message, mandatory }) => ({
    policy,
    resource: urn === "" || typeOf(urn) === stackType ? "the stack" : nameOf(urn),
    message: message.trim(),
    mandatory,
  }));
  const pick = (wanted: (finding: (typeof found)[number]) => boolean): readonly PolicyFinding[] =>
    found
      .filter(wanted)
      .map(({ policy, resource, message }) => ({ policy, resource, message }))
      .sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const waived = ({ message }: { message: string }) => message.startsWith("Waived until ");
  const unjudged = ({ message }: { message: string }) => message.startsWith("Not judged yet: ");
  return {
    ran: policies !== undefined && Object.keys(policies.packs).length > 0,
    violations: pick(({ mandatory }) => mandatory),
    waived: pick((finding) => !finding.mandatory && waived(finding)),
    unjudged: pick((finding) => !finding.mandatory && unjudged(finding)),
    notices: pick((finding) => !finding.mandatory && !waived(finding) && !unjudged(finding)),
    judged: policies?.judged.length ?? 0,
  };
}

function key({ policy, resource, message }: PolicyFinding): string {
  return [policy, resource, message].join("\u0000");
}
