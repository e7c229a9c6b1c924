import type { Context } from "../ground/context";
import { readCommandLine, UsageError } from "../ground/usage";
import { siteOf, siteOptions, siteValues, sit } from "./site";

/** How `berth exec` is called. */
export const usage = `usage: berth exec [options] <project> <service> -- <command…>

Runs a command in a container of a project that runs, with your terminal.

${siteOptions}

Ends with the status of the command, or 255 when ssh itself refused.
`;

/** `berth exec`. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { values, words } = readCommandLine(argv, { values: siteValues, passFrom: 2 });
  const [slug, service, ...command] = words;
  if (slug === undefined || service === undefined) {
    throw new UsageError("which project, and which of its services?");
  }
  if (command.length === 0) throw new UsageError("which command? Write it after --");
  const site = await siteOf(context, slug, values);
  return sit(context, site, ["exec", slug, service, "--", ...command]);
}
