import type { Account } from "../s3/account";
import type { Caller } from "./caller";
import type { Machines } from "./machines";
import type { Declared } from "./field";
import type { Subject } from "./subject";
import type { Props } from "./values";
import type { World } from "./world";

export type { Subject } from "./subject";

/** What every call of an emulated provider may use. */
export interface Context {
  /** Every object that exists on the local cloud. */
  readonly world: World;
  /** The provider's configuration as its own connection configured it. */
  readonly config: Props;
  /** The machines behind servers; booted or only recorded. */
  readonly machines: Machines;
  /** The account of AWS whose buckets, keys and policies are real; absent: records alone. */
  readonly account?: Account;
  /** The local cloud's clock. */
  now(): Date;
  /** Id of an object that existed before the program: a create that puts it there takes this one. */
  readonly assignedId?: string;
  /**
   * Writes a line into the engine's log of the resource at hand; a `passing` one only shows in its
   * status while it is worked on.
   */
  log(severity: "info" | "warning" | "error", message: string, passing?: boolean): void;
  /**
   * A variable of the calling engine's environment, which a provider that the engine starts itself
   * inherits.
   */
  environment(name: string): string | undefined;
  /** The calling engine's process, for what a provider starts on this computer itself. */
  caller(): Caller;
  /** Aborted when the engine gives the call up: cancelled, gone, or past its custom time-out. */
  readonly signal: AbortSignal;
  /**
   * Aborted when the engine itself is gone, and with it every plugin that it had started: the only
   * thing that ends what a real provider does not look up from (a session that runs).
   */
  readonly gone: AbortSignal;
}

/** One thing wrong with inputs; `property` may be empty when the reason names the place itself. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** How one property changes. */
export type PropertyDiffKind =
  "ADD" | "ADD_REPLACE" | "DELETE" | "DELETE_REPLACE" | "UPDATE" | "UPDATE_REPLACE";

/** The provider's verdict on a change. */
export interface DiffResult {
  readonly changes: boolean;
  /** Top-level properties that force a replacement. */
  readonly replaces: readonly string[];
  /** Top-level properties that differ. */
  readonly diffs: readonly string[];
  /** Properties that this change cannot alter. */
  readonly stables?: readonly string[];
  /** By nested path; absent where the real provider gives none. */
  readonly detailed?: Readonly<Record<string, PropertyDiffKind>>;
  readonly deleteBeforeReplace?: boolean;
}

/** What a resource was and shall be. */
export interface Change {
  readonly olds: Props;
  readonly oldInputs: Props;
  readonly news: Props;
  /**
   * The inputs with the engine's secret markers on, for a provider to which becoming secret is a
   * change. Absent: the same as without.
   */
  readonly marked?: { readonly oldInputs: Props; readonly news: Props };
}

/** One resource type of an emulated provider; all values are without secret markers. */
export interface ResourceHandler {
  readonly type: string;
  /** Outputs that the provider itself marks as secret. */
  readonly secretOutputs?: readonly string[];
  /** The declared inputs and outputs, for reports on what is emulated. */
  readonly table?: Declared;
  /** Puts an object that exists already into a world; `world.put` under the table's kind if absent. */
  seed?(world: World, id: string, outputs: Props): void;
  check(
    subject: Subject,
    olds: Props,
    news: Props,
    context: Context,
  ): { inputs: Props; failures?: readonly CheckFailure[]; secretInputs?: readonly string[] };
  diff(subject: Subject & { id: string }, change: Change, context: Context): DiffResult;
  /** With `preview`, answers what is known before the call and touches nothing. */
  create(
    subject: Subject,
    inputs: Props,
    preview: boolean,
    context: Context,
  ): Promise<{ id: string; outputs: Props }>;
  /** `undefined`: it does not exist (any more). Without `inputs` this is an import. */
  read(
    subject: Subject & { id: string },
    known: { outputs: Props; inputs: Props },
    context: Context,
  ): Promise<{ id: string; outputs: Props; inputs: Props } | undefined>;
  update(
    subject: Subject & { id: string },
    change: Change,
    preview: boolean,
    context: Context,
  ): Promise<Props>;
  delete(subject: Subject & { id: string }, outputs: Props, context: Context): Promise<void>;
}

/** A function call of a provider (a data source). */
export type InvokeHandler = (args: Props, context: Context) => Promise<Props>;

/** One emulated provider. */
export interface Provider {
  /** Package name: `digitalocean`. */
  readonly name: string;
  /** Version whose behaviour is emulated. */
  readonly version: string;
  readonly resources: readonly ResourceHandler[];
  readonly invokes?: Readonly<Record<string, InvokeHandler>>;
  /** What the real provider answers to Configure. */
  readonly capabilities: {
    readonly supportsPreview: boolean;
    readonly acceptSecrets: boolean;
    readonly supportsAutonaming: boolean;
  };
  /** Provider configuration keys that are secret. */
  readonly secretConfig?: readonly string[];
  /**
   * Fills and judges provider configuration; `env` are the variables of the calling engine, `urn`
   * that of the provider resource, whose name some refusals tell.
   */
  checkConfig?(
    news: Props,
    env: NodeJS.ProcessEnv,
    urn: string,
  ): { inputs: Props; failures?: readonly CheckFailure[] };
  /** False: the real provider cannot tell configurations apart. */
  readonly diffsConfig?: false;
  /** Throws `ProviderError` when the real provider would refuse to start. */
  configure?(config: Props, context: Context): void;
}

/** An error with exactly the text that the real provider gives. */
export class ProviderError extends Error {}

/** A method that the real provider does not have, which the engine knows by its code. */
export class NotImplementedError extends ProviderError {}

/** Arguments of a function that its schema refuses: an answer with failures, and no error. */
export class InvokeRefusal extends ProviderError {
  constructor(readonly failures: readonly CheckFailure[]) {
    super(failures.map(({ reason }) => reason).join("\n"));
  }
}

/** A create or update that reached the cloud but did not finish: the resource stays in state. */
export class InitializationError extends ProviderError {
  constructor(
    readonly id: string,
    readonly outputs: Props,
    readonly inputs: Props,
    readonly reasons: readonly string[],
  ) {
    super(reasons.join("\n"));
  }
}
