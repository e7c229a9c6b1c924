import { stackType } from "../../engine/urn";
import type { Opened } from "../../engine/values";
import { declaredOf, declaredOutput, type Declared } from "../judge/declared";
import type { Judgement, Policy, Unjudged } from "../judge/policy";
import type { Resource } from "../judge/resource";
import { waiverFor, waiversIn, waiversOutput, type Waiver } from "../judge/waivers";

/** A resource as the engine shows it: its parent by URN. */
export interface Shown extends Omit<Resource, "parent" | "inputs" | "secrets" | "provider"> {
  readonly parent: string;
  readonly properties: Opened;
  readonly provider: Opened | undefined;
}

/** A finding and the policy that made it, ready to be told. */
export interface Told {
  readonly policy: Policy;
  readonly urn: string;
  readonly message: string;
  /** `waived`: a violation that the stack's configuration excepts, with reason, owner and end. */
  readonly kind: Judgement["kind"] | "waived";
}

/**
 * What the engine does. It gives no configuration when it looks at a state alone (`pulumi policy
 * analyze`): what that state was deployed with is among the stack's outputs, which are shown in the
 * end, so nothing is told before.
 */
export type Run =
  | {
      readonly phase: "preview" | "update";
      readonly waivers: readonly Waiver[];
      readonly declared: Declared;
    }
  | { readonly phase: "state" };

/** By what a run's resources are judged. */
type Law = Omit<Extract<Run, { waivers: unknown }>, "phase">;

/**
 * One run of the engine. Resources are shown with their inputs before they are touched, and all
 * together, with outputs, in the end; it keeps the inputs, because what was asked for, the facts on
 * components above all, is not among the outputs.
 */
export class Review {
  private readonly seen = new Map<string, Resource>();
  private readonly secretTexts = new Set<string>();

  /** `today` (UTC, YYYY-MM-DD) decides which waivers still hold. */
  constructor(
    private readonly policies: readonly Policy[],
    private readonly run: Run,
    private readonly today = new Date().toISOString().slice(0, "YYYY-MM-DD".length),
  ) {}

  /** Judges one resource by its inputs. */
  judge(shown: Shown): readonly Told[] {
    this.keepSecrets(shown);
    const resource = this.resource(shown, this.seen.get(shown.parent), shown.properties);
    this.seen.set(shown.urn, resource);
    return this.run.phase === "state" ? [] : this.checked(resource, this.run);
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
    const law = this.run.phase === "state" ? deployedWith(all) : this.run;
    const late = this.run.phase === "state" ? [...this.seen.values()] : [];
    return [
      ...late.flatMap((resource) => this.checked(resource, law)),
      ...this.policies.flatMap((policy) =>
        this.tell(policy, law, policy.checkStack?.(stack, law.declared)),
      ),
    ];
  }

  private checked(resource: Resource, law: Law): readonly Told[] {
    return this.policies.flatMap((policy) =>
      this.tell(policy, law, policy.check?.(resource, law.declared)),
    );
  }

  private resource(
    { properties, provider, ...rest }: Shown,
    parent: Resource | undefined,
    inputs: Opened | undefined,
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
    { waivers }: Law,
    findings: Iterable<Judgement> = [],
  ): readonly Told[] {
    return [...findings].map((finding) => {
      const told = this.weighed(finding);
      const base = { policy, urn: finding.resource?.urn ?? "" };
      const waiver =
        told.kind === "violation"
          ? waiverFor(waivers, policy.name, finding.resource, this.today)
          : undefined;
      const message = waiver
        ? `Waived until ${waiver.until} by ${waiver.owner} (${waiver.reason}): ${told.message}`
        : told.message;
      return { ...base, kind: waiver ? "waived" : told.kind, message: this.redact(message) };
    });
  }

  /**
   * What is not known in a preview, the update will judge. In an update, or of a state, nothing
   * comes after: it counts as a violation. What a run does not touch (`--target`) was not shown.
   */
  private weighed(
    finding: Judgement,
  ): Pick<Told, "message"> & { readonly kind: Judgement["kind"] } {
    if (finding.kind === "violation") return finding;
    const where = placeOf(finding);
    if (finding.resource && finding.resource.inputs === undefined) {
      return { kind: "unjudged", message: `Not judged: ${where}. This run does not touch it.` };
    }
    if (this.run.phase === "preview") {
      const message = `Not judged yet: ${where}. Not known in this preview; the update knows it and judges it.`;
      return { kind: "unjudged", message };
    }
    const message = `${where} is not known, and nothing that follows would judge it. Fix: give it a value that is known before the resource is made.`;
    return { kind: "violation", message };
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

/** What a state was deployed with, as its outputs say. */
function deployedWith(all: readonly Shown[]): Law {
  const stack = all.find(({ type }) => type === stackType);
  const outputs = stack?.properties.values;
  return {
    waivers: waiversIn(outputs?.[waiversOutput]),
    declared: declaredOf(outputs?.[declaredOutput]),
  };
}

function placeOf({ resource, property }: Unjudged): string {
  return resource ? `${resource.name} (${resource.type}): ${property}` : property;
}
