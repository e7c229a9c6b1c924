import type { Values } from "./values";

/** Operations of the engine that this program knows; any other makes a preview unreadable. */
export const operations = [
  "same",
  "create",
  "update",
  "delete",
  "replace",
  "create-replacement",
  "delete-replaced",
  "read",
  "read-replacement",
  "refresh",
  "discard",
  "discard-replaced",
  "remove-pending-replace",
  "import",
  "import-replacement",
] as const;
export type Operation = (typeof operations)[number];

/** A resource before or after. */
export interface State {
  /** The URN it has on this side; a renamed resource had another. */
  readonly urn: string;
  readonly inputs: Values;
  readonly outputs: Values;
  /** The provider's id; empty for components and for what is not made yet. */
  readonly id: string;
  readonly parent: string;
  readonly custom: boolean;
  readonly protect: boolean;
  /** True: leaving the stack does not delete it. */
  readonly retainOnDelete: boolean;
}

/** What becomes of a resource, all the engine's steps on it taken together. */
export type Fate =
  | "same"
  | "create"
  | "update"
  | "delete"
  | "replace"
  | "import"
  /** Read for its outputs alone, such as another stack's. */
  | "read";

/** One resource of a plan. */
export interface Change {
  readonly urn: string;
  /** `digitalocean:index/droplet:Droplet`. */
  readonly type: string;
  /** Logical name, the last part of the URN. */
  readonly name: string;
  readonly fate: Fate;
  /** Absent: it did not exist. */
  readonly before?: State;
  /** Absent: it will not exist. */
  readonly after?: State;
  /** Inputs that force a replacement. */
  readonly replaceKeys: readonly string[];
  /** Paths that differ, as the provider says. */
  readonly diffs: readonly string[];
}

/** What a policy said about a plan. */
export interface PolicyMessage {
  readonly policy: string;
  /** URN, or empty for the stack as a whole. */
  readonly urn: string;
  readonly message: string;
  readonly mandatory: boolean;
}

/** What policies were asked; `undefined` where the source does not tell. */
export interface PolicyRun {
  readonly packs: Readonly<Record<string, string>>;
  readonly messages: readonly PolicyMessage[];
  /** Policies that judged something. */
  readonly judged: readonly string[];
}

/** A preview, whichever way it was told. */
export interface Preview {
  readonly stack: string;
  /** Whether unchanged resources are among `changes`; the JSON digest leaves them out. */
  readonly whole: boolean;
  /** Every resource of the stack, unchanged ones too where `whole`, in the order of their URNs. */
  readonly changes: readonly Change[];
  /** Stack outputs before and after, as far as they are known. */
  readonly outputs: { readonly before: Values; readonly after: Values };
  /** Configuration as text by key, `berth:waivers`. */
  readonly config: Readonly<Record<string, string>>;
  readonly policies: PolicyRun | undefined;
  /** Errors the engine or the program reported. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly succeeded: boolean;
}

/** A preview that cannot be read: of another version, cut off, or no preview at all. */
export class UnreadablePreview extends Error {
  constructor(
    source: string,
    reason: string,
    fix = "run the preview again and give its whole output",
  ) {
    super(`${source}: ${reason}. Fix: ${fix}.`);
    this.name = "UnreadablePreview";
  }
}
