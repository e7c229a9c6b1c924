import { clientBucketPolicy } from "../../components/backups/client-bucket-policy";
import { environments } from "../../components/fleet/environment";
import type { Context } from "../ground/context";
import { readFleets } from "../ground/reading";
import { exits, Refusal, unknown } from "../ground/usage";

/**
 * `berth backup --bucket-policy`: prints the policy that a client sets on the bucket of theirs to which a project's
 * archives go (R82), for all projects of all environments that go there: S3 takes one policy a bucket. Throws a
 * `Refusal` for a project whose archives go nowhere of a client's, and where a stack file cannot be read, since the
 * policy would lack its projects.
 */
export function tellBucketPolicy(context: Context, slug: string): number {
  const read = environments.map((environment) => readFleets(context, { environment }));
  const unread = read.flatMap((each) => each.unread);
  if (unread[0] !== undefined)
    throw new Refusal(`${unread[0].why}: its projects would be left out`);
  const fleets = read.flatMap((each) => each.fleets).filter(({ role }) => role === "environment");
  const projects = fleets.flatMap((fleet) => fleet.projects);
  const mine = projects.filter((each) => each.slug === slug);
  if (mine.length === 0) {
    const slugs = [...new Set(projects.map((each) => each.slug))].sort();
    throw new Refusal(unknown("project", slug, slugs));
  }
  const bucket = mine.find(({ archives }) => archives?.bucket.owner !== undefined)?.archives
    ?.bucket;
  if (bucket === undefined) {
    throw new Refusal(
      `${slug}: no environment declares a bucket of the client's for it (backup.bucket); the agency's own needs no policy by hand`,
    );
  }
  const { name, region, owner } = bucket;
  const prefixes = projects.flatMap(({ archives }) =>
    archives?.bucket.name === name ? [archives.prefix] : [],
  );
  const account = fleets[0]!.agency.awsAccount;
  context.out(`${clientBucketPolicy(name, [...new Set(prefixes)].sort(), account)}\n`);
  context.say(
    `the client sets it, with what else the bucket's policy says, on ${name} in their account ${owner}: ` +
      `aws s3api put-bucket-policy --bucket ${name} --region ${region} --policy file://POLICY`,
  );
  return exits.done;
}
