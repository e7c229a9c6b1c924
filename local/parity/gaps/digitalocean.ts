import type { Gap } from "../gap";

/** Differences from DigitalOcean's recorded calls that are accepted, and why. */
export const digitaloceanGaps: readonly Gap[] = [];
