/**
 * Single values of a stack file that stand without quotes. The engine reads YAML by Go's yaml.v3,
 * which takes numbers of YAML 1.1 and 1.2 alike; each value that readers differ about is ambiguous.
 */

/** A value, or why two readers may take it for different ones. */
export type ScalarReading =
  { readonly value: string | number | boolean | null } | { readonly ambiguous: string };

/** How a date without quotes reaches the program: as text of a stack file's, or of Pulumi.yaml's. */
export type DateForm = "stack" | "project";

const constants = new Map<string, boolean | null>([
  ...["", "~", "null", "Null", "NULL"].map((text) => [text, null] as const),
  ...["true", "True", "TRUE"].map((text) => [text, true] as const),
  ...["false", "False", "FALSE"].map((text) => [text, false] as const),
]);

const wholeNumber = /^[-+]?(0|[1-9][0-9]*)$/;
const decimal = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const leadingZero = /^[-+]?0[0-9]+$/;
const otherBase = /^[-+]?0[xXoObB][-+]?[0-9a-fA-F]+$/;
const notFinite = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/;
const date = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const time = /^\d{4}-\d{1,2}-\d{1,2}([Tt]|\s+)\d/;

/** Reads a plain scalar as yaml.v3 does, where no reader differs. */
export function readPlain(text: string, dates: DateForm): ScalarReading {
  const constant = constants.get(text);
  if (constant !== undefined) return { value: constant };
  if (wholeNumber.test(text)) {
    const value = Number(text);
    if (!Number.isSafeInteger(value))
      return { ambiguous: "a number with more digits than are kept" };
    return { value: value === 0 ? 0 : value };
  }
  const bare = text.replaceAll("_", "");
  if (leadingZero.test(bare)) return { ambiguous: "an octal number to some and decimal to others" };
  if (otherBase.test(bare)) return { ambiguous: "a number to some and a text to others" };
  if (notFinite.test(text)) return { ambiguous: "no finite number" };
  if (decimal.test(bare)) {
    const value = Number(text);
    if (!Number.isFinite(value)) return { ambiguous: "a number to some and a text to others" };
    return { value: value === 0 ? 0 : value };
  }
  if (time.test(text)) return { ambiguous: "a time to some and a text to others" };
  return { value: dateText(text, dates) ?? text };
}

/** What the program is given for a date: the engine makes a time of it and a text of that. */
function dateText(text: string, dates: DateForm): string | undefined {
  const [, year, month, day] = date.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const padded = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const instant = new Date(`${padded}T00:00:00Z`);
  if (Number.isNaN(instant.getTime()) || !instant.toISOString().startsWith(padded))
    return undefined;
  return dates === "stack" ? `${padded} 00:00:00 +0000 UTC` : `${padded}T00:00:00Z`;
}
