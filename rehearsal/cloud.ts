import { ensureCloud, type CloudCard } from "../packages/local-cloud/cloud/cloud";
import { askedKind, type MachineKind } from "../packages/local-cloud/cloud/machine-kind";
import type { CloudPaths } from "../packages/local-cloud/cloud/paths";
import type { Say } from "../packages/local-cloud/ground/progress";
import { thisComputer } from "./computer";

/** The command that takes the rehearsal's cloud down. */
export const takeDown = "npm run rehearse -- --down";

/**
 * The rehearsal's running local cloud, see `ensureCloud`. Its machines are what `BERTH_LOCAL_MACHINES`
 * asks for, unless they are given; refuses a kind that is unknown.
 */
export function ensureRehearsalCloud(
  paths: CloudPaths,
  say: Say,
  machines: MachineKind | undefined = askedKind(
    "BERTH_LOCAL_MACHINES",
    process.env["BERTH_LOCAL_MACHINES"],
  ),
): Promise<CloudCard> {
  return ensureCloud(paths, { say, machines, takeDown, computer: thisComputer() });
}
