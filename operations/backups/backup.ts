import { backupProgram } from "../../components/machine/programs";
import type { Context } from "../ground/context";
import { readCommandLine, UsageError } from "../ground/usage";
import { tellBucketPolicy } from "./bucket-policy";
import { copyState } from "./state/copy";
import { siteOf, siteOptions, siteValues, tell } from "../site/site";

/** How `berth backup` is called. */
export const usage = `usage: berth backup [options] <project>
       berth backup --state
       berth backup --bucket-policy <project>

Has the machine that serves a project make an archive of it now, and tells how it goes. The run is the
machine's: a connection that drops, or Ctrl-C, ends the telling alone. Where one is at work already,
that one is told of.

--state copies Berth's own state (R79): what the engine exports of every stack, encrypted to the declared keys of
age, into production's bucket. It reads the backend that pulumi is logged in to, and writes with the person's
own credentials of AWS.

--bucket-policy prints the policy that a client sets on their own bucket (backup.bucket, R82), for every project of
every environment whose archives go there.

${siteOptions}

Ends with 0 when the archive and its manifest are where they belong, 1 when they are not or not whole,
65 when the machine does not back the project up, 255 when it was not reached.
`;

/** `berth backup`: of a project it needs SSH, and no key to where archives are. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["state", "bucket-policy"],
    values: [...siteValues],
  });
  const [slug, ...more] = words;
  if (flags.has("state")) {
    if (slug !== undefined || Object.keys(values).length > 0)
      throw new UsageError("--state goes alone");
    return copyState(context);
  }
  if (slug === undefined || more.length > 0) throw new UsageError("which one project?");
  if (flags.has("bucket-policy")) {
    if (Object.keys(values).length > 0)
      throw new UsageError("--bucket-policy is of all environments");
    return tellBucketPolicy(context, slug);
  }
  const site = await siteOf(context, slug, values, "backups");
  return tell(context, site, ["run", slug, "--by", site.by], backupProgram);
}
