import { backupProgram } from "../../components/machine/programs";
import type { Context } from "../ground/context";
import { readCommandLine, Refusal, UsageError } from "../ground/usage";
import { siteOf, siteOptions, siteValues, tell } from "../site/site";

/** How `berth backup` is called. */
export const usage = `usage: berth backup [options] <project>

Has the machine that serves a project make an archive of it now, and tells how it goes. The run is the
machine's: a connection that drops, or Ctrl-C, ends the telling alone. Where one is at work already,
that one is told of.

${siteOptions}

Ends with 0 when the archive and its manifest are where they belong, 1 when they are not or not whole,
65 when the machine does not back the project up, 255 when it was not reached.
`;

/** `berth backup`: needs SSH, and no key to where archives are. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { values, words } = readCommandLine(argv, { flags: [], values: [...siteValues] });
  const [slug, ...more] = words;
  if (slug === undefined || more.length > 0) throw new UsageError("which one project?");
  const site = await siteOf(context, slug, values);
  if (!site.machine.declared.backups.some((each) => each.slug === slug)) {
    throw new Refusal(`${slug} has no backup in the stack file, so its machine makes no archive`);
  }
  return tell(context, site, ["run", slug, "--by", site.by], backupProgram);
}
