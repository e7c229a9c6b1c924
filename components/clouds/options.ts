import * as pulumi from "@pulumi/pulumi";

import type { Purchase, Takeover } from "./host";

/**
 * Options of a server resource. A live machine is never replaced by a newer image, changed user
 * data or changed keys (R6): those inputs keep their values until something else replaces it.
 */
export function serverOptions(
  { protect }: Purchase,
  opts: pulumi.CustomResourceOptions,
  createOnly: readonly string[],
): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions(opts, { protect, ignoreChanges: [...createOnly] });
}

/**
 * Options that take over a machine made by hand (R11). Nothing Berth declares may change or delete
 * it: an import whose inputs mismatch would stay in state and be "corrected" by the next update,
 * and an import of another id would delete the first machine. Hence everything is ignored, deletion
 * is refused until it shall leave the stack, and a machine that leaves stays where it is.
 */
export function adoptionOptions(
  { id, protect }: Takeover,
  opts: pulumi.CustomResourceOptions,
  inputs: readonly string[],
): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions(opts, {
    import: id,
    protect,
    retainOnDelete: true,
    ignoreChanges: [...inputs],
  });
}
