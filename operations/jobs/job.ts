import type { JobKind } from "../../components/fleet/jenkins";

/** A machine as a job reaches it. */
export interface Reached {
  readonly address: string;
  /** Its public host key, `type key`: the only one that the job accepts. */
  readonly hostKey: string;
}

interface Common {
  readonly name: string;
  readonly slug: string;
  /** Whose it is, as `ownerOf` has it. */
  readonly owner: string;
  readonly repository: string;
  /** The branch whose changes it follows. */
  readonly branch: string;
  /** Accounts on Jenkins that may start it and see it, sorted (R80). */
  readonly starters: readonly string[];
  /** The job that tells Slack how it ended; absent where the agency declares none. */
  readonly teller?: string;
  /** It runs on the agent of its machine, which takes nothing else (R51). */
  readonly agent?: true;
  /** Why it does nothing: such a job is there, disabled, and can deliver nothing. */
  readonly off?: string;
}

/** A job on Jenkins, of a project or the fleet's own: what it does, before any form in which Jenkins takes it. */
export type Job =
  | (Common & { readonly kind: "test" })
  /** Delivers its branch. */
  | (Common & { readonly kind: "stage"; readonly machine?: Reached })
  /** Delivers its branch once the tests of the very commit passed (R49). */
  | (Common & { readonly kind: "prod"; readonly machine?: Reached })
  /** Merges its branch, once its tests passed, into that of production (R58). */
  | (Common & { readonly kind: "release"; readonly into: string })
  /** Delivers one commit, which stands for its branch, to the machine that its project moves to (R65). */
  | (Common & {
      readonly kind: "move";
      readonly machine: Reached;
      /** The job that it delivers as: whose key and agents it takes. */
      readonly as: string;
    })
  /** Looks at the whole fleet each night. */
  | (Common & {
      readonly kind: "nightly";
      /** Stacks whose declaration is compared with what is there. */
      readonly stacks: readonly string[];
      readonly hasSentry: boolean;
      /** Copies of Berth's own state are declared (R79). */
      readonly hasState: boolean;
      /** Some archives, or those copies, are encrypted: drills need a key that opens them. */
      readonly isSealed: boolean;
    })
  /** Tells Slack how one of these jobs ended, with whose the commits are (R50). */
  | (Common & { readonly kind: "notify"; readonly told: readonly ToldJob[] });

/** A job that Slack is told of, and where its commits are. */
export interface ToldJob {
  readonly name: string;
  readonly slug: string;
  readonly repository: string;
}

/** A job without anything in it that runs: what is left of one whose project is not declared any more. */
export interface Spent {
  readonly kind: JobKind;
  readonly slug: string;
  /** Whose it is, as `ownerOf` has it. */
  readonly owner: string;
}
