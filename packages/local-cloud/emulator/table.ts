import type { CheckFailure, Context, InvokeHandler, Subject } from "./handler";
import type { Declared } from "./field";
import type { Props } from "./values";

export type { Field, ProviderStyle } from "./field";

/** One resource type, declared. */
export interface ResourceTable extends Declared {
  readonly type: string;
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
