import { parsed } from "./json";
import { isList, isValues, type Found, type Value } from "../../engine/values";

/** The value of a provider's input, which is JSON text where it is no string. */
export function plain(value: Found): Found {
  return typeof value === "string" ? ((parsed(value) as Value | undefined) ?? value) : value;
}

/** Whether a value asks for nothing: it is absent, false, or empty, all the way down. */
export function isOff(value: Found): boolean {
  if (value === undefined || value === null || value === false || value === "") return true;
  return isList(value) ? value.every(isOff) : isValues(value) && Object.values(value).every(isOff);
}
