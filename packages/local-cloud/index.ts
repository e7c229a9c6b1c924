/** What a program starts, enters and ends a local cloud with. */

export {
  discardCloud,
  ensureCloud,
  hasCloud,
  type CloudCard,
  type CloudOptions,
} from "./cloud/cloud";
export { cloudEnvironment } from "./cloud/environment";
export { postExisting, type Existing } from "./cloud/existing";
export { machineKinds, type MachineKind } from "./cloud/machine-kind";
export { openCloud, projectOf, type OpenCloud } from "./cloud/open";
export { cloudPathsIn, type CloudPaths } from "./cloud/paths";
export { ensureStacks, stackNames } from "./cloud/stacks";
export { asVisitor, type Visited } from "./edge/as-visitor";
export { thisComputer, type Computer } from "./ground/computer";
export { obtainCli } from "./pulumi/cli";
