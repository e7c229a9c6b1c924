import type { Context } from "../ground/context";
import { readCommandLine, UsageError } from "../ground/usage";
import { siteOf, siteOptions, siteValues, tell } from "./site";

/** How `berth rollback` is called. */
export const usage = `usage: berth rollback [options] <project>

Brings back the version that ran before, in the way of a delivery, and says first whether the schema of its
database may have changed in between. Another one leads further back, never to what was gone back from.

  --to COMMIT      another version that ran there, as berth status lists them
${siteOptions}

Ends as berth deploy does.
`;

/** `berth rollback`. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { values, words } = readCommandLine(argv, { values: [...siteValues, "to"] });
  const [slug, ...more] = words;
  if (slug === undefined || more.length > 0) throw new UsageError("which one project?");
  const site = await siteOf(context, slug, values);
  const to = values["to"] === undefined ? [] : ["--to", values["to"]];
  return tell(context, site, ["rollback", slug, "--by", site.by, ...to]);
}
