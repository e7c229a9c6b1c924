import type { BucketSpec, Fleet, NodeSpec, ProjectSpec } from "../fleet/fleet";
import type { FurtherName, Names } from "../fleet/names";
import type { Opening } from "./openings";
import type { Placement } from "./placement";

/** Where a project's archives go. */
export interface Archives {
  readonly bucket: BucketSpec;
  /** What the keys of all its archives begin with (R31). */
  readonly prefix: string;
  /** Public keys whose records of restore drills count (R34). */
  readonly drillKeys: readonly string[];
}

/** A project with all that follows from what was declared of it, found once. */
export interface ResolvedProject extends ProjectSpec {
  /** Its names, with the origin of this stack's own machine (R23-R25). */
  readonly names: Names;
  /** Names that visitors may use besides. */
  readonly furtherNames: readonly (FurtherName & { readonly zone?: string })[];
  /** Absent for a project without a backup. */
  readonly archives?: Archives;
}

/** A node with where it runs and who lives on it, found once. */
export interface ResolvedNode extends NodeSpec {
  readonly placement: Placement;
  /** The projects that live on it, sorted by slug; never empty. */
  readonly residents: readonly ResolvedProject[];
  /** What its firewalls let in; in force where `manage` names the firewall. */
  readonly openings: readonly Opening[];
}

/** A node of a fleet, with the fleet that it is of. */
export interface FleetNode {
  readonly fleet: ResolvedFleet;
  readonly node: ResolvedNode;
}

/**
 * A fleet in which nothing is left to decide: what everything after the stack files takes. A project's
 * node is the one whose `residents` it is among.
 */
export interface ResolvedFleet extends Fleet {
  readonly nodes: readonly ResolvedNode[];
  readonly leaving: readonly ResolvedNode[];
  readonly projects: readonly ResolvedProject[];
  /** Where copies of Berth's own state go; where production says so, and there alone (R79). */
  readonly state?: Archives;
}
