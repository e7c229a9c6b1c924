import type { Context } from "../ground/context";
import { readCommandLine, UsageError } from "../ground/usage";
import { siteOf, siteOptions, siteValues, tell } from "./site";

/** How `berth logs` is called. */
export const usage = `usage: berth logs [options] <project> [service]

Shows what a project's containers said, or one service's, without what a terminal would obey.

  --tail N         lines to begin with
  --follow         go on until Ctrl-C
${siteOptions}
`;

/** `berth logs`. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["follow"],
    values: [...siteValues, "tail"],
  });
  const [slug, service, ...more] = words;
  if (slug === undefined || more.length > 0)
    throw new UsageError("which project, and which service?");
  const { tail } = values;
  if (tail !== undefined && !/^\d{1,6}$/.test(tail)) throw new UsageError("--tail needs a number");
  const site = await siteOf(context, slug, values);
  return tell(context, site, [
    ...["logs", slug, ...(service === undefined ? [] : [service])],
    ...(tail === undefined ? [] : ["--tail", tail]),
    ...(flags.has("follow") ? ["--follow"] : []),
  ]);
}
