import { requireGroup } from "./group";
import { inlinePolicy } from "./inline-policy";

/** A policy written into a group; its id is `group:policy`. */
export const groupPolicy = inlinePolicy({
  kind: "group",
  word: "Group",
  badId: "group_policy id must be of the form <group name>:<policy name>",
  require: requireGroup,
});
