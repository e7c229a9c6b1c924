import type { Provider } from "../../emulator/handler";
import { checkConfig, configure } from "./config";
import { ip } from "./ip";
import { lookups } from "./lookups";
import { scalewayResource } from "./resource";
import { securityGroup } from "./security-group";
import { server } from "./server";
import { checkServerPlan } from "./server-plan";
import { seedServer } from "./server-seed";
import { blockSnapshot, checkSnapshotPlan, instanceSnapshot } from "./snapshots";
import { sshKey } from "./ssh-key";

/** Scaleway as @pulumiverse/scaleway 1.54.0 shows it. */
export const scaleway: Provider = {
  name: "scaleway",
  version: "1.54.0",
  resources: [
    scalewayResource(server, { checkPlan: checkServerPlan, seed: seedServer }),
    scalewayResource(ip),
    scalewayResource(securityGroup),
    scalewayResource(instanceSnapshot, { checkPlan: checkSnapshotPlan }),
    scalewayResource(blockSnapshot, { checkPlan: checkSnapshotPlan }),
    scalewayResource(sshKey, { global: true }),
  ],
  invokes: lookups,
  capabilities: { supportsPreview: true, acceptSecrets: false, supportsAutonaming: true },
  secretConfig: ["accessKey", "secretKey"],
  checkConfig,
  configure,
};
