import { snake } from "../../emulator/check";
import type { Field } from "../../emulator/table";

/** Refuses what is none of the allowed texts; letters of either case do. */
export function oneOfTexts(allowed: readonly string[]): NonNullable<Field["refuse"]> {
  const list = allowed.map((item) => `"${item}"`).join(" ");
  return (value, subject, place) =>
    allowed.some((item) => item.toLowerCase() === String(value).toLowerCase())
      ? undefined
      : refused(place, list, `"${String(value)}"`, subject.name);
}

/** Refuses what is none of the allowed numbers; Terraform prints them as floats. */
export function oneOfNumbers(allowed: readonly number[]): NonNullable<Field["refuse"]> {
  const list = allowed.map((item) => `"${item.toFixed(6)}"`).join(" ");
  return (value, subject, place) =>
    allowed.includes(Number(value))
      ? undefined
      : refused(place, list, Number(value).toFixed(6), subject.name);
}

function refused(place: string, list: string, got: string, name: string): string {
  return `Invalid Attribute Value Match. Attribute ${snake(place)} value must be one of: [${list}], got: ${got}. Examine values at '${name}.${place}'.`;
}
