import { projectName } from "../../components/stack-file/stack-files";
import type { Context } from "../ground/context";
import { readFleets } from "../ground/reading";
import { wantedOf, type Wanted } from "./wanted";

/** What the stack files want of the agency's Sentry as they are now. Throws as `wantedOf` does. */
export function wantedNow(context: Context): Wanted {
  const { fleets, unread } = readFleets(context, { environment: "prod" });
  return wantedOf(projectName(context.directory), fleets, unread);
}
