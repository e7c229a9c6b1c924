import type { Placement } from "../../components/placement/placement";
import type { ResolvedProject } from "../../components/placement/resolved";
import type { Machine } from "../fleet/fleet";
import type { Context } from "../ground/context";
import type { Keeper } from "./journal";
import type { Side } from "./machines";
import type { World } from "./world";

/** What a move is of: one project, from the machine of one stack to that of another. */
export interface Route {
  readonly slug: string;
  readonly environment: "stage" | "prod";
  readonly project: ResolvedProject;
  readonly from: string;
  readonly to: string;
  readonly source: Machine;
  readonly target: Machine;
  /** Where the rules of placement put the two. */
  readonly placements: { readonly from: Placement; readonly to: Placement };
}

/** How the old machine's databases will follow the new ones: what `return` is told. It holds passwords. */
export interface WayBack {
  readonly address: string;
  readonly hostKey: string;
}

/** A move at work: what every step gets. */
export interface Move extends Route {
  readonly context: Context;
  readonly world: World;
  /** The old machine, and the new one. */
  readonly old: Side;
  readonly new: Side;
  readonly keeper: Keeper;
  /** Who runs the command. */
  readonly by: string;
  /** Whether the line of the stack file goes to review by a branch of its own. */
  readonly commits: boolean;
  /** The way back, once this command has laid it: kept by nobody else. */
  readonly laid: { wayBack?: WayBack };
}
