import { backupRegions } from "../../components/fleet/fleet";
import { bucketFault } from "../../components/fleet/formats";
import type { Declared } from "./declared";
import { forget } from "./forget";
import type { Found } from "./found";
import { repeated } from "./slug";

/** A bucket as `berth:backups.adopt` has it. */
export interface BucketStanza {
  readonly name: string;
  readonly region: string;
  readonly closed: readonly string[];
  readonly forget: readonly string[];
}

/** The buckets that archives may go to, and why the others are none. Pure. */
export function bucketsOf(
  { buckets, resources }: Found,
  declared: Declared,
): { readonly stanzas: readonly BucketStanza[]; readonly leftOut: readonly string[] } {
  const leftOut: string[] = [];
  const fit = buckets.filter(({ name, region, versioned }) => {
    const where = declared.buckets.get(name);
    const fault = bucketFault(name);
    const why =
      where !== undefined
        ? `is declared already, in ${where}`
        : fault !== undefined
          ? `its name ${fault}`
          : !backupRegions.some((each) => each === region)
            ? `is in ${region}, and archives go to ${backupRegions.join(" or ")} (R30)`
            : versioned === true
              ? undefined
              : "is not versioned, as an adopted bucket must be: switch that on first";
    if (why !== undefined) leftOut.push(`bucket ${name}: ${why}`);
    return why === undefined;
  });
  const twice = repeated(fit.map(({ region }) => region));
  const stanzas = fit.map(({ name, region }) => ({
    ...{ name, region },
    closed: twice.has(region) ? [`one bucket serves ${region}: choose`] : [],
    forget: resources
      .filter(({ bucket }) => bucket?.name === name)
      .map(({ address }) => forget(address)),
  }));
  return { stanzas, leftOut };
}
