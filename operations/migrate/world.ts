import type { Preview } from "../../engine/preview";
import type { Making } from "../backups/made";
import type { Machine } from "../fleet/fleet";
import type { Side } from "./machines";

/** What a move does outside of this process, for tests to stand in for. */
export interface World extends Making {
  /** The way to a machine; the same one for the same machine. */
  readonly side: (machine: Machine) => Side;
  /** What an update of a stack would do. Throws a `Refusal` where the engine refuses. */
  readonly preview: (stack: string) => Promise<Preview>;
  /** Updates a stack. Throws a `Refusal` where it fails. */
  readonly up: (stack: string) => Promise<void>;
  /** Which stack's machine the environment's last update led a project's names to. */
  readonly servedBy: (environment: string, slug: string) => Promise<string | undefined>;
  /** The addresses that a resolver gives for a name, those of IPv6 too; none where it gives none. */
  readonly resolve: (resolver: string, name: string) => Promise<readonly string[]>;
  /** Empties the edge's cache of these names. Throws a `Refusal` where it is refused. */
  readonly purge: (hostnames: readonly string[]) => Promise<void>;
  /** What is wrong with a project's backup and its proof (R33, R34); nothing where both are young. */
  readonly unproven: (environment: string, slug: string) => Promise<readonly string[]>;
  /**
   * The way to have a project's job deliver a commit to a machine: undefined where the project has none, or the agency
   * says nowhere where its Jenkins is. Throws a `Refusal` where whoever moves may not ask Jenkins.
   */
  readonly job: (
    environment: "stage" | "prod",
    slug: string,
  ) => ((commit: string, machine: Machine) => Promise<string>) | undefined;
  /** Commits a changed stack file on a branch of its own, for review. Answers the branch. */
  readonly commit: (file: string, branch: string, message: string) => Promise<string>;
  readonly pause: (ms: number) => Promise<void>;
  readonly now: () => Date;
  /** Ends the ways to the machines. */
  readonly close: () => Promise<void>;
}
