import { getDropletSnapshot } from "@pulumi/digitalocean/getDropletSnapshot";
import { getDroplets } from "@pulumi/digitalocean/getDroplets";
import { getImage } from "@pulumi/digitalocean/getImage";

import type { Evidence, Subject } from "../look";
import { instantOf, isMissing } from "../answers";

/**
 * A snapshot is found by its number as an image, which says whether it is complete, and by the name
 * it has there as a snapshot, which says of which droplet it is and when it was taken.
 */
export async function digitaloceanEvidence({ id }: Subject, snapshot: string): Promise<Evidence> {
  const { droplets } = await getDroplets({ filters: [{ key: "id", values: [id] }] });
  const status = droplets.find((droplet) => String(droplet.id) === id)?.status ?? "gone";
  const found = /^\d+$/.test(snapshot) ? await snapshotOf(snapshot) : undefined;
  return {
    machine: status,
    ...(found ? { snapshot: { ...found, ofThisDisk: found.dropletId === id } } : {}),
  };
}

async function snapshotOf(id: string) {
  try {
    const { name, status } = await getImage({ id: Number(id) });
    // Of several with one name the latest is told: then this one is not known to be of this machine.
    const found = await getDropletSnapshot({ name, mostRecent: true });
    if (String(found.id) !== id) return undefined;
    return {
      dropletId: String(found.dropletId),
      takenAt: instantOf(found.createdAt),
      ...(status === "available" ? {} : { unfinished: status }),
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
