import type { ResolvedFleet } from "../../components/placement/resolved";
import type { Published } from "./published";

/** What a command gets from the person who runs it; nothing else reads the world. */
export interface Context {
  /** The clone: where the stack files are. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  /** The day, for what stack files say about dates. */
  readonly now: Date;
  /** Prints to standard output: results. */
  readonly out: (text: string) => void;
  /** Prints to standard error: progress, warnings. */
  readonly say: (text: string) => void;
  /**
   * What a stack published when it was last deployed; undefined when it never was. Where the signal is aborted
   * nobody waits for it any more.
   */
  readonly published: (stack: string, signal?: AbortSignal) => Promise<Published | undefined>;
  /** What is put in the place of declared keys: a rehearsal's stand-ins, otherwise nothing. */
  readonly keys: (fleet: ResolvedFleet) => ResolvedFleet;
}
