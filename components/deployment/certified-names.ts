import { environments } from "../fleet/fleet";
import { outputsOf } from "../outputs/published";
import { readOutputs, type ProjectOutput, type StackOutputs } from "../outputs/schema";

/**
 * Names of the other environments whose machine was seen to serve a certificate that strict accepts, as
 * their last runs published them: they may be in the same zones. One that was never deployed has none, and
 * one whose outputs cannot be read tells nothing: its names are not counted as ready.
 */
export async function certifiedNames(
  environment: string,
  fullName: (stack: string) => string,
): Promise<readonly string[]> {
  const others = environments.filter((each) => each !== environment);
  const read = await Promise.all(others.map((each) => publishedBy(each, fullName)));
  return read
    .flatMap((outputs) => Object.values(outputs?.projects ?? {}))
    .filter(({ certificate }) => certificate !== undefined)
    .flatMap(namesOf);
}

/** All names that visitors of a project use, as it was published. */
function namesOf({ primary, www, serves = [], redirects = [] }: ProjectOutput): string[] {
  return [primary, www, ...serves, ...redirects].filter((name) => name !== undefined);
}

async function publishedBy(
  stack: string,
  fullName: (stack: string) => string,
): Promise<StackOutputs | undefined> {
  try {
    return readOutputs(stack, await outputsOf(fullName(stack)));
  } catch {
    return undefined;
  }
}
