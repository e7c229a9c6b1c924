import { isList, isValues } from "../../engine/values";
import { above, input, type Resource } from "./resource";
import { projectNames } from "./types";

/**
 * Whether a record stands as its zone held it before: its project's component lists it in `asBefore`
 * with name, type and content, and the name is the project's own. Such a record opens nothing that was not open, and goes in the next update or is
 * given back; it is judged by neither its kind nor its target.
 */
export function isAsBefore(record: Resource): boolean {
  const names = above(record, projectNames);
  const listed = names && input(names, "asBefore");
  if (!names || listed === undefined || !isList(listed) || !isOwnName(record, names)) return false;
  return listed.some(
    (former) =>
      isValues(former) &&
      ["name", "type", "content"].every(
        (key) => typeof former[key] === "string" && former[key] === input(record, key),
      ),
  );
}

/** Whether a component says of a record's name what it is for. */
function isOwnName(record: Resource, names: Resource): boolean {
  const name = input(record, "name");
  return (
    typeof name === "string" &&
    Object.values(names.inputs ?? {}).some(
      (own) => own === name || (isList(own) && own.includes(name)),
    )
  );
}
