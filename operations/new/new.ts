import * as fs from "node:fs";
import * as path from "node:path";

import { slugLimit, slugPattern } from "../../components/fleet/formats";
import type { Context } from "../ground/context";
import { exits, readCommandLine, Refusal, UsageError } from "../ground/usage";
import { writeProject } from "./project";

/** How `berth new` is called. */
export const usage = `usage: berth new [--directory D] <slug>

Writes the repository of a new project: an application with PostgreSQL, uploads, migrations, a worker
and nginx, the files of its environments (docker-compose.yml, dc.<environment>.yml), and ./dev, which brings
it up with data. Everything in it is the project's own from then on.

  --directory D  where it is written (default: a directory called like the slug, here); made where it is
                 missing, refused where anything is in it
`;

/** `berth new`: a project from the documented template (R55). Refuses a bad slug and a directory that holds anything. */
export function main(context: Context, argv: readonly string[]): Promise<number> {
  const { values, words } = readCommandLine(argv, { values: ["directory"] });
  const [slug, ...more] = words;
  if (slug === undefined) throw new UsageError("how shall the project be called?");
  if (more.length > 0) throw new UsageError(`one slug, not also ${more.join(", ")}`);
  if (!slugPattern.test(slug) || slug.length > slugLimit) {
    throw new Refusal(
      `slug ${JSON.stringify(slug)}: allowed are lower-case letters and digits, words joined by single ` +
        `hyphens, first a letter, at most ${slugLimit} characters`,
    );
  }
  const directory = path.resolve(values["directory"] ?? slug);
  refuseTaken(directory);
  writeProject(slug, directory);
  context.out(`wrote ${directory}\n`);
  context.say(next(slug, directory));
  return Promise.resolve(exits.done);
}

function refuseTaken(directory: string): void {
  const found = fs.statSync(directory, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isDirectory()) throw new Refusal(`${directory} is a file; name another --directory`);
  const [first] = fs.readdirSync(directory);
  if (first === undefined) return;
  throw new Refusal(
    `${directory} is not empty (${first}); name another --directory, nothing is written over`,
  );
}

/** What follows, in its order: what commands do, and what stays a person's act. */
function next(slug: string, directory: string): string {
  return `
next:
  cd ${directory}
  ./dev                          # it runs here, with data
  git init -b develop && git add -A && git commit -m "Begin ${slug}"
  git branch master              # develop goes to stage, master to production
and, once it is pushed to a repository of its own, in the stack files under berth:projects:
  ${slug}:
    domain: …
    repository: git@github.com:…/${slug}.git
    files: [/uploads]
    health: { path: /healthz }
    secrets: [DB_PASSWORD]
    access: […]
    backup: { database: postgres }
    jobs: { ${slug}-prod: "ssh-ed25519 AAAA… ${slug}-prod" }   # on stage: ${slug}-stage
    jenkins: {}
then commands do the rest, each of them safe to repeat:
  npm run berth -- review --stack prod       # what follows from it, for whoever approves
  npm run berth -- sentry                    # where the agency has a Sentry: where its errors go, into the stack file
  pulumi up --stack prod                     # its machine and names; where the agency has them its jobs, the first run
                                             # of the one that delivers, and what watches it; then its first archive
  npm run berth -- drill ${slug}              # and the first proof of that
where the agency does not say where its Jenkins is (agency.jenkins.address), also:
  npm run berth -- jobs --write jenkins      # its jobs, which a person loads (jenkins-jobs update jenkins)
what stays a person's act:
  - the repository at the forge, with branches develop and master, and a key that reads it: on Jenkins the
    credential ${slug}-repository
  - a key for each job that delivers (ssh-keygen -t ed25519 -C ${slug}-prod): the private half on Jenkins as
    the credential ${slug}-prod, the public one under jobs
  - its secrets: pulumi config set --stack prod --secret --path 'berth:secrets.${slug}.DB_PASSWORD'
  - approving the review
  - nothing on Slack and Sentry, once both are connected for the whole agency
`.trim();
}
