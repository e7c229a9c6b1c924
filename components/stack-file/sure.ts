/** A value that the checks have proven to be there. */
export function sure<Value>(value: Value | undefined): Value {
  if (value === undefined)
    throw new Error("A check of the configuration let a missing value pass.");
  return value;
}
