import * as pulumi from "@pulumi/pulumi";

/** Part of every Output, though not of its declared type. */
interface Knowable {
  readonly isKnown: Promise<boolean>;
}

/**
 * An output that has a value even when the resource it comes from failed and the engine goes on
 * (`--continue-on-error`). Without one the engine drops the property before it asks the provider to
 * check what depends on it; a `remote.Command` whose connection is gone is then refused ("Missing
 * required field 'connection'"), and a refusal ends the run for every other host. The value is never
 * used: steps that depend on a failed one are checked, and then left out. Whoever uses this has to
 * name that dependency, since a value of its own has none.
 */
export function knownOr<T>(output: pulumi.Output<T>, otherwise: T): pulumi.Output<T> {
  const settled = isKnown(output).then((known) =>
    known || pulumi.runtime.isDryRun() ? output : pulumi.output(otherwise),
  );
  return pulumi.output(settled) as pulumi.Output<T>;
}

/** In an update: whether what an output comes from was done. Never rejects for what failed. */
export function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  return (output as unknown as Knowable).isKnown;
}
