import type { Subject } from "./subject";

/** One input of a resource type, as its provider's schema has it. */
export interface Field {
  readonly type: "string" | "integer" | "number" | "boolean" | "list" | "set" | "map" | "object";
  readonly required?: boolean;
  /** A change replaces the resource. */
  readonly forceNew?: boolean;
  /** The cloud fills it in when left out, so leaving it out later is no change. */
  readonly computed?: boolean;
  /** `Check` adds it to the inputs. */
  readonly default?: unknown;
  /**
   * Terraform's schema has a default that `Check` adds only as what the field was before: after a
   * refresh that forgot which inputs were defaults, an input that is left out stays as it was.
   */
  readonly remembered?: boolean;
  /** Type of the elements of a list or set of scalars, which Terraform converts to it. */
  readonly items?: "string" | "integer";
  /** What the output shows in a preview and after creation when left out; null unless told. */
  readonly absent?: unknown;
  /** Allowed values, refused by `Check`. */
  readonly oneOf?: readonly string[];
  /** Members of an object, or of each element of a list or set of objects. */
  readonly fields?: Readonly<Record<string, Field>>;
  /** Never shown: an output of the same name does not exist. */
  readonly inputOnly?: boolean;
  /** What the state keeps instead of the input, e.g. a hash. */
  readonly toState?: (value: unknown) => unknown;
  /** Whether a state value and an input mean the same; equality unless told. */
  readonly same?: (state: unknown, input: unknown) => boolean;
  /**
   * The reason of a refusal by `Check`, undefined when the value is fine. `place` is the path of
   * the value below the resource: `inboundRules[0].ipRange`.
   */
  readonly refuse?: (value: unknown, subject: Subject, place: string) => string | undefined;
}

/**
 * How the real provider is built, which decides what its Check and Diff look like.
 * `sdkv2`: Terraform SDK v2 behind Pulumi's bridge: `__defaults`, auto-names, detailed diffs.
 * `framework`: Terraform plugin framework behind the bridge: inputs echoed, computed outputs listed
 * as differing.
 */
export type ProviderStyle = "sdkv2" | "framework";

/** What of a resource type is declared: its inputs, its outputs and how its provider is built. */
export interface Declared {
  readonly style: ProviderStyle;
  /** Kind of the object in the world: `digitalocean/droplet`. */
  readonly kind: string;
  readonly inputs: Readonly<Record<string, Field>>;
  /**
   * Outputs that are no inputs, with their value in a create preview (usually UNKNOWN). `id` is
   * always among the outputs.
   */
  readonly outputs: Readonly<Record<string, unknown>>;
}
