/** Whether a value read from YAML or JSON has fields: neither a list nor a single value. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as a mapping, empty when it is something else: for what is read unchecked. */
export function mapping(value: unknown): Record<string, unknown> {
  return isMapping(value) ? value : {};
}
