import type { CheckFailure, Context, InvokeHandler, Subject } from "./handler";
import type { Props } from "./values";

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

/** One resource type, declared. */
export interface ResourceTable {
  readonly type: string;
  readonly style: ProviderStyle;
  /** Kind of the object in the world: `digitalocean/droplet`. */
  readonly kind: string;
  readonly inputs: Readonly<Record<string, Field>>;
  /**
   * Outputs that are no inputs, with their value in a create preview (usually UNKNOWN). `id` is
   * always among the outputs.
   */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Outputs that change with every update, hence unknown in its preview. */
  readonly volatile?: readonly string[];
  /** Input that gets `<logical name>-<7 hex digits>` when left out. */
  readonly autoName?: string;
  /** Input that is in conflict with the one above: where it is given, the provider makes the name. */
  readonly autoNamePrefix?: string;
  readonly secretOutputs?: readonly string[];
  /** Failures beyond those of single fields. */
  readonly validate?: (
    inputs: Props,
    subject: Subject,
    context: Context,
  ) => readonly CheckFailure[];
  /** Text of the failure for a required input that is missing; the style's own unless told. */
  readonly missing?: (field: string, subject: Subject) => string;
  /** Corrects the generic verdict where the real provider computes it by code. */
  readonly adjustDiff?: (
    diff: DiffDraft,
    change: { olds: Props; oldInputs: Props; news: Props; id: string },
    context: Context,
  ) => DiffDraft;
  /** Corrects the generic preview of a create or update. */
  readonly adjustPlan?: (outputs: Props, news: Props, olds: Props | undefined) => Props;
  readonly api: ResourceApi;
}

/** A diff under construction: property path to kind, without the `_REPLACE` part. */
export interface DiffDraft {
  readonly paths: Readonly<Record<string, "ADD" | "DELETE" | "UPDATE">>;
  /** Top-level properties that force replacement. */
  readonly replaces: readonly string[];
}

/**
 * What the provider's API does. `planned` holds the outputs as a preview shows them, so an
 * implementation only returns what a preview cannot know. Throws `ProviderError` with the real text.
 */
export interface ResourceApi {
  create(inputs: Props, planned: Props, context: Context, subject: Subject): Promise<Made> | Made;
  /** Returns the outputs that differ from `planned`. */
  update?(
    id: string,
    change: { olds: Props; oldInputs: Props; news: Props; planned: Props },
    context: Context,
  ): Promise<Props> | Props;
  /** Throws when something depends on it. The object itself is removed by the caller. */
  delete?(id: string, outputs: Props, context: Context): Promise<void> | void;
  /** Throws where the real provider fails to delete what is gone already; else that succeeds. */
  deleteGone?(id: string, context: Context): void;
  /**
   * The present outputs, when they are more than what the world holds. `known` are the outputs in
   * the program's state, empty for an import.
   */
  read?(id: string, outputs: Props, context: Context, known: Props): Props | undefined;
  /** Id as given to import (`zone_id/record_id`) to the id proper. Throws on a malformed one. */
  importId?(id: string): string;
  /** Inputs that an import yields, where the generic reading of the state is not it. */
  importInputs?(outputs: Props): Props;
}

/** What a create made. */
export interface Made {
  readonly id: string;
  readonly outputs: Props;
}

export type { InvokeHandler };
