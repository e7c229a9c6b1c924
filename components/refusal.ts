import * as pulumi from "@pulumi/pulumi";

/**
 * An error to raise inside an `apply`, shown to the operator as it is. It carries no stack: the
 * engine's Node host renders the stack anew for every output that fails with the error, which took
 * half a minute on a fleet of two nodes.
 */
export function refusal(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  delete error.stack;
  return error;
}
