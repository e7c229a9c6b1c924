import { getSnapshot } from "@pulumi/aws/ebs/getSnapshot";
import { getAmi } from "@pulumi/aws/ec2/getAmi";
import { getInstance } from "@pulumi/aws/ec2/getInstance";
import type * as pulumi from "@pulumi/pulumi";

import type { Evidence, LookUp } from "../look";
import { instantOf, isMissing } from "../answers";

/**
 * A snapshot of the root volume (`snap-…`), or an image of the instance (`ami-…`), whose root
 * snapshot is looked at. `provider` is bound to the agency's own account.
 */
export function awsEvidence(provider: pulumi.ProviderResource): LookUp {
  const opts = { provider };
  const orNone = async <Found>(asking: Promise<Found>): Promise<Found | undefined> => {
    try {
      return await asking;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  return async ({ id, region }, snapshot): Promise<Evidence> => {
    const instance = await orNone(getInstance({ instanceId: id, region }, opts));
    const state = instance?.instanceState ?? "gone";
    const machine = { stopped: "off", terminated: "gone" }[state] ?? state;
    const image = snapshot.startsWith("ami-")
      ? await orNone(
          getAmi(
            { owners: ["self"], filters: [{ name: "image-id", values: [snapshot] }], region },
            opts,
          ),
        )
      : undefined;
    const asked = image ? image.rootSnapshotId : snapshot;
    if (!asked.startsWith("snap-")) return { machine };
    const found = await orNone(getSnapshot({ snapshotIds: [asked], region }, opts));
    if (!found) return { machine };
    const root = instance?.rootBlockDevices[0]?.volumeId;
    const states = [found.state, ...(image ? [image.state] : [])];
    const unfinished = states.find((each) => each !== "completed" && each !== "available");
    return {
      machine,
      snapshot: {
        takenAt: instantOf(found.startTime),
        ofThisDisk: root !== undefined && found.volumeId === root,
        ...(unfinished === undefined ? {} : { unfinished }),
      },
    };
  };
}
