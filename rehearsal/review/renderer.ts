import * as fs from "node:fs";
import * as path from "node:path";

import { obtainJobBuilder } from "../job-builder";
import type { Place } from "./mounts";

/** What renders jobs for Jenkins, as programs behind the walls come by it. */
export interface Renderer {
  /** To be searched for it. */
  readonly directory: string;
  /** Its environment of Python, and the Python that this was made of where that is not the system's. */
  readonly places: readonly Place[];
}

/**
 * The renderer where a stack file of these projects names a Jenkins, since an update has that hold the jobs then (R46):
 * without it the base cannot be deployed, and nothing be compared. Refuses as `obtainJobBuilder` does.
 */
export async function rendererFor(projects: readonly string[]): Promise<Renderer | undefined> {
  if (!projects.some(namesJenkins)) return undefined;
  const directory = await obtainJobBuilder();
  const python = fs.realpathSync(path.join(directory, "python"));
  const made = path.dirname(path.dirname(python));
  const own = `${made}/`.startsWith("/usr/") ? [] : [made];
  return { directory, places: [path.dirname(directory), ...own].map((from) => ({ from })) };
}

/** The word is enough: having the renderer at hand for nothing costs nothing. */
function namesJenkins(project: string): boolean {
  return fs
    .readdirSync(project, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^Pulumi(\..+)?\.yaml$/.test(entry.name))
    .some(({ name }) => fs.readFileSync(path.join(project, name), "utf8").includes("jenkins"));
}
