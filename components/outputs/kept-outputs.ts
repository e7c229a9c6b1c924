import * as pulumi from "@pulumi/pulumi";

import { mapping } from "../fleet/mapping";

/**
 * Makes a stack's outputs, or keeps those of its last run where that fails. A program that throws has
 * no outputs to the engine, which then takes the machines' addresses and host keys out of the state:
 * host stacks that serve would have none, and `berth` would find nothing to log in to.
 *
 * The run fails with the error all the same, as an error that nobody took: so the engine prints it and
 * deletes nothing.
 */
export async function keptOutputs<Outputs>(
  before: unknown,
  make: () => Promise<Outputs>,
): Promise<Outputs | Record<string, unknown>> {
  try {
    const outputs = await make();
    await settled(outputs);
    return outputs;
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    // What is meant for a person is printed as it is, without the way it came.
    if ("__pulumiRunError" in failure) delete failure.stack;
    void Promise.reject(failure);
    return mapping(before);
  }
}

/** Waits for every value in it, also one that is unknown in a preview; throws what one of them did. */
function settled(outputs: unknown): Promise<unknown> {
  // The SDK's own way to wait for an output, which its declarations leave out.
  const whole = pulumi.output(outputs) as unknown as { promise(): Promise<unknown> };
  return whole.promise();
}
