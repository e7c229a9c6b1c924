import * as pulumi from "@pulumi/pulumi";

import { isKnown } from "../machine/known";

/** Milliseconds that names wait for the machine they leave: it may be slow, or dead. */
const patience = 3_000;

/**
 * An address that a project's names are led to, given out once the machine they leave is registered, or
 * a moment has passed; `left` is known when all is done there that names waited for. The names do not depend on that machine; it is a matter of order alone.
 *
 * With `--target` the engine (3.259) keeps a record that is no target with the dependencies it had. When
 * the program registers the record before those, the engine registers them itself, takes the program's
 * own for doubles, and leaves a state that it refuses to read. What is no target is answered at once, so
 * the order then holds; in any other run it does not matter.
 */
export function leftFirst(
  address: pulumi.Output<string>,
  left: pulumi.Output<unknown> | undefined,
): pulumi.Output<string> {
  if (left === undefined) return address;
  return pulumi.all([address, pulumi.output(settledOrLate(left))]).apply(([known]) => known);
}

async function settledOrLate(left: pulumi.Output<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, patience)));
  // A promise, so that nothing depends on the machine.
  await Promise.race([isKnown(left), late]);
  clearTimeout(timer);
}
