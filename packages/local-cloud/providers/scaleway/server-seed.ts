import type { World } from "../../emulator/world";
import type { Props } from "../../emulator/values";
import { fixedId, organizationId } from "./account";
import { defaultIops, imageGb } from "./catalog";
import { serverKind } from "./kinds";

/**
 * Puts an existing instance into a world. What the state leaves empty (all that the cloud gives,
 * when a create failed half-way) is what the cloud has for one that was never started.
 */
export function seedServer(world: World, id: string, outputs: Props): void {
  const zone = id.split("/")[0]!;
  const image = String(outputs["image"] ?? "");
  const cloud: Props = {
    filesystems: [],
    ipId: "",
    organizationId,
    privateIps: [],
    projectId: organizationId,
    publicIps: [],
    rootVolume: {
      boot: false,
      deleteOnTermination: true,
      name: `${image}_sbs_volume_0`,
      sbsIops: defaultIops,
      sizeInGb: imageGb,
      volumeId: fixedId(zone, `root volume of ${id}`),
      volumeType: "sbs_volume",
    },
    securityGroupId: fixedId(zone, `default security group of ${organizationId}`),
    state: "stopped",
    userData: {},
    zone,
  };
  const missing = Object.entries(cloud).filter(([key]) => (outputs[key] ?? null) === null);
  world.put(serverKind, id, { ...outputs, ...Object.fromEntries(missing), id });
}
