import * as pulumi from "@pulumi/pulumi";

import { refusal } from "../refusal";
import type { HostArgs } from "./host";

/**
 * Options of a server resource. A live machine is never replaced by a newer image, changed user
 * data or changed keys (R6): those inputs keep their values until something else replaces it.
 */
export function serverOptions(
  args: HostArgs,
  opts: pulumi.CustomResourceOptions,
  createOnly: readonly string[],
): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions(opts, { protect: args.protect, ignoreChanges: [...createOnly] });
}

/**
 * The declared size of an adopted machine, given out only while the machine's id is the one it was
 * adopted under. The engine imports another id without a word, `protect` or not, and forgets the
 * first machine, so a changed id is refused before the import.
 */
export function adoptedSize({ node, adoptedAs }: HostArgs): pulumi.Output<string> {
  const { id, size } = node.adopt!;
  return pulumi.output(adoptedAs).apply((before) => {
    if (before === undefined || before === id) return size;
    throw refusal(
      `berth:nodes.${node.name}.adopt.id: this node was adopted as ${before}. Received: ${id}. ` +
        `It was not touched. Fix: write ${before} again; to take over another machine, declare it ` +
        `as a node of its own.`,
    );
  });
}

/**
 * Options that take over a machine made by hand (R11). Nothing Berth declares may change or delete
 * it: an import whose inputs mismatch would stay in state and be "corrected" by the next update,
 * and an import of another id would delete the first machine. Hence everything is ignored, deletion
 * is refused, and a machine that leaves the stack stays where it is.
 */
export function adoptionOptions(
  args: HostArgs,
  opts: pulumi.CustomResourceOptions,
  inputs: readonly string[],
): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions(opts, {
    import: args.node.adopt!.id,
    protect: args.node.retired === undefined,
    retainOnDelete: true,
    ignoreChanges: [...inputs],
  });
}
