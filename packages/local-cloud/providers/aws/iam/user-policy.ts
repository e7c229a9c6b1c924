import { inlinePolicy } from "./inline-policy";
import { requireUser } from "./user";

/** A policy written into a user; its id is `user:policy`. */
export const userPolicy = inlinePolicy({
  kind: "user",
  word: "User",
  badId: "id must be of the form <user name>:<policy name>",
  require: requireUser,
});
