import type { BackedUp } from "../../backups/projects";
import type { Machine } from "../../fleet/fleet";
import { deployersOf } from "../../fleet/fleet";
import type { ResolvedFleet } from "../../../components/placement/resolved";
import type { Context } from "../../ground/context";
import { asDeployer, type Entrance } from "../../ground/sessions";
import type { Evidence } from "../../notify/evidence";
import type { Collector } from "../reading";
import { alerts } from "./alerts";
import { branches, type Branch, type BranchSaid } from "./branches";
import { machines, type MachineSaid } from "./machines";
import { names, type Names, type NamesSaid } from "./names";
import { proofs, type ProofSaid } from "./proofs";
import { stacks, type StackSaid } from "./stacks";
import { visits, type Visited, type VisitSaid } from "./visits";

/** Everybody who is asked. */
export interface Collectors {
  readonly stacks: Collector<string, StackSaid>;
  readonly machines: Collector<Machine, MachineSaid>;
  readonly visits: Collector<Visited, VisitSaid>;
  readonly names: Collector<Names, NamesSaid>;
  readonly branches: Collector<Branch, BranchSaid>;
  readonly proofs: Collector<BackedUp, ProofSaid>;
  readonly alerts: Collector<string, Evidence>;
}

/** Those that look at the world. */
export function collectorsOf(context: Context, fleets: readonly ResolvedFleet[]): Collectors {
  let way: Promise<Entrance> | undefined;
  // Asked once, and by the first machine: who has no key has a board all the same.
  const entrance = () => (way ??= asDeployer(context, deployersOf(fleets)));
  return {
    stacks: stacks(context),
    machines: machines(context, entrance),
    visits: visits(context),
    names: names(context),
    branches: branches(context),
    proofs: proofs(context),
    alerts: alerts(context),
  };
}
