import { mapping } from "../fleet/mapping";
import { commitPattern } from "../fleet/formats";
import { unknownRef } from "../machine/launcher";

/**
 * The commit that a machine says to run of a project (`berth-site status`), to be delivered elsewhere. What cannot be
 * read, or is no commit, is not guessed: the answer is then what a delivery takes for unknown.
 */
export function runningCommit(said: string, slug: string): string {
  const told = mapping(parsed(said));
  const site = "commit" in told ? told : mapping(told[slug]);
  const { commit } = site;
  return typeof commit === "string" && commitPattern.test(commit) ? commit : unknownRef;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
