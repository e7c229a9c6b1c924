import type { Context } from "../ground/context";
import { readCommandLine, UsageError } from "../ground/usage";
import { siteOf, siteOptions, siteValues, tell } from "./site";

/** How `berth deploy` is called. */
export const usage = `usage: berth deploy [options] <project>
       berth deploy [options] --refresh <project>
       berth deploy [options] --watch <project>

Delivers a project to the machine that serves it, and tells how it goes. The delivery runs on the
machine: a connection that drops, or Ctrl-C, ends the telling alone; --watch goes on with it.

  --ref R          a branch, a tag or a commit; absent: the environment's branch
  --reason TEXT    why production gets a commit from outside its branch, or one of which no job said that
                   its tests passed (R49); it is kept
  --refresh        build the commit that runs anew, on the newest of the images that it is built on; what
                   is pulled as it is, and a database, stay as they are
  --serves         the machine serves from now on: what acts by itself starts too; on a machine beside
                   the one that serves, workers and schedulers wait for this (or for berth migrate)
  --watch          tell of the delivery that is under way, and begin none
${siteOptions}

Ends with 0 when it is delivered, 1 when it failed and the version before serves, 65 when it was
refused before anything was touched, 255 when the machine was not reached.
`;

/** `berth deploy`: needs SSH and no secret of the engine's. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["watch", "serves", "refresh"],
    values: [...siteValues, "ref", "reason"],
  });
  const [slug, ...more] = words;
  if (slug === undefined || more.length > 0) throw new UsageError("which one project?");
  const { ref, reason } = values;
  if (flags.has("watch") && (ref ?? reason) !== undefined) {
    throw new UsageError("--watch begins nothing: leave --ref and --reason out");
  }
  if (flags.has("watch") && flags.has("serves")) {
    throw new UsageError("--watch begins nothing: leave --serves out");
  }
  const refresh = flags.has("refresh");
  if (refresh && (flags.has("watch") || flags.has("serves") || (ref ?? reason) !== undefined)) {
    throw new UsageError("--refresh takes the commit that runs: leave all other options out");
  }
  const site = await siteOf(context, slug, values);
  if (refresh) return tell(context, site, ["refresh", slug, "--by", site.by]);
  if (flags.has("watch")) return tell(context, site, ["watch", slug]);
  const asked = [
    ...(flags.has("serves") ? ["--serves"] : []),
    ...(ref === undefined ? [] : ["--ref", ref]),
    ...(reason === undefined ? [] : ["--reason", reason]),
  ];
  return tell(context, site, ["deploy", slug, "--by", site.by, ...asked]);
}
