import { backupProgram } from "../../components/machine/programs";
import type { Context } from "../ground/context";
import { readCommandLine, UsageError } from "../ground/usage";
import { siteOf, siteValues, tell } from "../site/site";
import { pick } from "./archives";
import { backedUpOf, doneBy } from "./restore";
import { Store } from "./store";

/** How `berth recover` is called. */
export const usage = `usage: berth recover [options] <project>
       berth recover [options] --empty <project>

For a machine that came up without the data of a project that has archives: it answers visitors 503
and backs nothing up. This restores the newest archive there, or one of another date, lets visitors
in and begins with backups. Its own port answers all the while.

It needs credentials of AWS that read the archives, as the AWS command finds them.

  --at DATE        2026-11-29, or as much of 2026-11-29T031500Z as tells it
  --empty          what is on the machine now counts, and no archive is restored
  --environment E  prod, unless said otherwise
  --stack S        on this stack's own machine, whoever serves the project
  --as ACCOUNT     as this member and not as $USER

Ends with 0 when visitors are let in, 1 when they are not, 65 when the machine awaits nothing.
`;

/** `berth recover`. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["empty"],
    values: [...siteValues, "at"],
  });
  const [slug, ...more] = words;
  if (slug === undefined || more.length > 0) throw new UsageError("which one project?");
  const { at, ...where } = values;
  if (flags.has("empty") && at !== undefined)
    throw new UsageError("--empty restores nothing: leave --at out");
  const found = backedUpOf(context, values, slug);
  const scope = where["stack"] === undefined ? { ...where, environment: found.environment } : where;
  const site = await siteOf(context, slug, scope, flags.has("empty") ? "backups" : doneBy(found));
  const by = ["--by", site.by];
  if (flags.has("empty")) return tell(context, site, ["empty", slug, ...by], backupProgram);
  const store = new Store(found.place, context.env);
  const { archive, text } = await pick(store, await store.holdings(), context.now, at);
  context.say(`${archive.key} (${archive.bytes} bytes)`);
  const wish = JSON.stringify({
    address: await store.address(archive.key),
    manifest: JSON.parse(text) as unknown,
  });
  return tell(context, site, ["recover", slug, ...by], backupProgram, wish);
}
