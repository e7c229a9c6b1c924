import { parallelDefault } from "./pool";
import { UsageError } from "./usage";

/** `--parallel`: machines at once, 1 to 256. Throws a `UsageError` for anything else. */
export function parallelOf(values: Readonly<Record<string, string>>): number {
  const text = values["parallel"];
  if (text === undefined) return parallelDefault;
  const width = Number(text);
  if (Number.isInteger(width) && width >= 1 && width <= 256) return width;
  throw new UsageError(`--parallel ${text}: a whole number from 1 to 256 is needed`);
}
