import type { Finding, Policy } from "../judge/policy";
import type { Resource } from "../judge/resource";
import { waiverFor, waiversIn, waiversOutput, type Waiver } from "../judge/waivers";
import type { Decoded } from "./decode";

/** A resource as the engine shows it: its parent by URN. */
export interface Shown extends Omit<Resource, "parent" | "inputs" | "secrets" | "provider"> {
  readonly parent: string;
  readonly properties: Decoded;
  readonly provider: Decoded | undefined;
}

/** A finding and the policy that made it, ready to be told. */
export interface Told {
  readonly policy: Policy;
  readonly urn: string;
  readonly message: string;
  /** `waived`: a violation that the stack's configuration excepts, with reason, owner and end. */
  readonly kind: Finding["kind"] | "waived";
}

/**
 * One run of the engine. Resources are shown with their inputs before they are touched, and all
 * together, with outputs, in the end; it keeps the inputs, because what was asked for, the facts on
 * components above all, is not among the outputs.
 */
export class Review {
  private readonly seen = new Map<string, Resource>();
  private readonly secretTexts = new Set<string>();

  /**
   * `waivers` undefined: the engine gave no configuration, because it looks at a state alone
   * (`pulumi policy analyze`). They are then among the stack's outputs, which are shown in the end,
   * so nothing is told before. `today` (UTC, YYYY-MM-DD) decides which of them still hold.
   */
  constructor(
    private readonly policies: readonly Policy[],
    private readonly waivers: readonly Waiver[] | undefined,
    private readonly today = new Date().toISOString().slice(0, "YYYY-MM-DD".length),
  ) {}

  /** Judges one resource by its inputs. */
  judge(shown: Shown): readonly Told[] {
    this.keepSecrets(shown);
    const resource = this.resource(shown, this.seen.get(shown.parent), shown.properties);
    this.seen.set(shown.urn, resource);
    return this.waivers ? this.checked(resource, this.waivers) : [];
  }

  /** Judges the whole stack, by the inputs of what was shown before. */
  judgeStack(all: readonly Shown[]): readonly Told[] {
    const resources = new Map<string, Resource>();
    const byUrn = new Map(all.map((shown) => [shown.urn, shown]));
    const build = (shown: Shown): Resource => {
      const known = resources.get(shown.urn);
      if (known) return known;
      const parent = byUrn.get(shown.parent);
      const seen = this.seen.get(shown.urn);
      const built: Resource = {
        ...this.resource(shown, parent && build(parent), undefined),
        ...(seen && {
          inputs: seen.inputs,
          secrets: seen.secrets,
          provider: seen.provider,
          ignoreChanges: seen.ignoreChanges,
        }),
      };
      resources.set(shown.urn, built);
      return built;
    };
    for (const shown of all) this.keepSecrets(shown);
    const stack = all.map(build);
    const waivers = this.waivers ?? waiversAmong(all);
    const late = this.waivers ? [] : [...this.seen.values()];
    return [
      ...late.flatMap((resource) => this.checked(resource, waivers)),
      ...this.policies.flatMap((policy) => this.tell(policy, waivers, policy.checkStack?.(stack))),
    ];
  }

  private checked(resource: Resource, waivers: readonly Waiver[]): readonly Told[] {
    return this.policies.flatMap((policy) => this.tell(policy, waivers, policy.check?.(resource)));
  }

  private resource(
    { properties, provider, ...rest }: Shown,
    parent: Resource | undefined,
    inputs: Decoded | undefined,
  ): Resource {
    return {
      ...rest,
      parent,
      inputs: inputs?.values,
      secrets: inputs?.secrets ?? properties.secrets,
      provider: provider?.values,
    };
  }

  private tell(
    policy: Policy,
    waivers: readonly Waiver[],
    findings: Iterable<Finding> = [],
  ): readonly Told[] {
    return [...findings].map((finding) => {
      const urn = finding.resource?.urn ?? "";
      if (finding.kind === "unjudged") {
        return { policy, urn, kind: finding.kind, message: this.redact(notJudged(finding)) };
      }
      const waiver = waiverFor(waivers, policy.name, finding.resource, this.today);
      if (!waiver) {
        return { policy, urn, kind: finding.kind, message: this.redact(finding.message) };
      }
      const message = `Waived until ${waiver.until} by ${waiver.owner} (${waiver.reason}): ${finding.message}`;
      return { policy, urn, kind: "waived", message: this.redact(message) };
    });
  }

  private keepSecrets({ properties, provider }: Shown): void {
    for (const text of [...properties.secretTexts, ...(provider?.secretTexts ?? [])]) {
      // Shorter ones, such as "1", would only garble messages.
      if (text.length >= 6) this.secretTexts.add(text);
    }
  }

  private redact(message: string): string {
    let safe = message;
    for (const text of this.secretTexts) safe = safe.replaceAll(text, "[secret]");
    return safe;
  }
}

function waiversAmong(all: readonly Shown[]): readonly Waiver[] {
  const stack = all.find(({ type }) => type === "pulumi:pulumi:Stack");
  return waiversIn(stack?.properties.values[waiversOutput]);
}

function notJudged({ resource, property }: Extract<Finding, { kind: "unjudged" }>): string {
  const where = resource ? `${resource.name} (${resource.type}): ${property}` : property;
  return `Not judged yet: ${where}. Not known in this preview; the update knows it and judges it.`;
}
