import * as fs from "node:fs";
import * as path from "node:path";

import { quote } from "../../components/machine/quote";
import type { ResolvedProject } from "../../components/placement/resolved";
import type { Context } from "../ground/context";
import { projectsIn, readFleets } from "../ground/reading";
import { exits, readCommandLine, Refusal, UsageError } from "../ground/usage";
import { composeServices, type ComposeServices } from "./compose-services";
import { templateText } from "./project";

/** How `berth dev` is called. */
export const usage = `usage: berth dev [options] --directory D <project>

Writes ./dev into the repository of a project that was there before Berth: the one command that brings it up on a
developer's computer, with data and on free ports, without a clone of Berth. A repository of berth new has one.
What it has to know it takes from the stack files (where archives lie, where they have to stay, what scrubs a
copy) and from docker-compose.yml, dc.dev.yml and dc.prod.yml. It is the project's own from then on.

  --directory D       a clone of the project's repository
  --web SERVICE:PORT  what visitors come to, with its container's port, where production publishes none or several
  --database SERVICE  its PostgreSQL, where several services are one or its image is built there
  --environment E     whose archives it takes (prod)
`;

/** What `./dev` is told at its top, by the names of its variables. */
type Told = Readonly<Record<"published" | "database" | "archives" | "stays" | "scrub", string>>;

/**
 * `berth dev`: one short command for a project's repository (R54). Refuses a project that is not declared, Compose
 * files that do not tell what visitors come to or where the data is, and a repository that has a `dev` of its own.
 */
export function main(context: Context, argv: readonly string[]): Promise<number> {
  const { values, words } = readCommandLine(argv, {
    values: ["directory", "web", "database", "environment"],
  });
  const [slug, ...more] = words;
  const { directory, environment = "prod" } = values;
  if (slug === undefined || more.length > 0) throw new UsageError("which one project?");
  if (directory === undefined) throw new UsageError("where is its repository? --directory D");
  const project = projectsIn(readFleets(context, { environment }).fleets, environment, slug)[0]!;
  const services = composeServices(directory);
  const postgres = project.backup?.database !== "mongodb" && project.backup?.database !== "none";
  const told: Told = {
    published: publishedOf(services, values["web"]),
    database: postgres ? databaseOf(services, values["database"]) : "",
    archives: archivesOf(project),
    stays: project.residency === "canada" ? "canada" : "",
    scrub: project.backup?.scrub ?? "",
  };
  const file = path.join(directory, "dev");
  const isNew = writeOnce(file, withTold(templateText("dev", slug), told));
  context.out(`${isNew ? "wrote" : "is as it would be written:"} ${file}\n`);
  for (const line of notes(slug, project, told, services)) context.say(line);
  return Promise.resolve(exits.done);
}

/** Visitors' first: production publishes that one alone, which Berth's proxy leads them to. */
function publishedOf(services: ComposeServices, said: string | undefined): string {
  const { inProduction, inDevelopment } = services;
  if (said !== undefined && !/^[\w.-]+:\d+$/.test(said)) {
    throw new UsageError(
      `--web ${said}: a service with its container's port is needed, as nginx:80`,
    );
  }
  const [only, ...others] = inProduction;
  const web = said ?? (others.length === 0 ? only : undefined);
  if (web !== undefined) {
    return [web, ...inDevelopment.filter((each) => each !== web)].join(" ");
  }
  const found = only === undefined ? "no port" : inProduction.join(" and ");
  throw new Refusal(
    `docker-compose.yml and dc.prod.yml publish ${found}: say what visitors come to, as --web nginx:80`,
  );
}

function databaseOf({ databases }: ComposeServices, said: string | undefined): string {
  if (said !== undefined) return said;
  const [only, ...others] = databases;
  if (others.length === 0) return only ?? "";
  throw new Refusal(
    `${databases.join(" and ")} are PostgreSQL: say which holds the application's data, as --database ${only}`,
  );
}

/** Empty where ./dev could not read them: what is encrypted a developer's computer has no key for. */
function archivesOf({ archives, backup }: ResolvedProject): string {
  if (archives === undefined || backup?.recipients !== undefined) return "";
  return `s3://${archives.bucket.name}/${archives.prefix}`;
}

/** The script with these values in the place of the template's; comments beside them stay. */
function withTold(script: string, told: Told): string {
  return Object.entries(told).reduce((text, [name, value]) => {
    const line = new RegExp(`^${name}=\\S*`, "m");
    if (!line.test(text)) throw new Error(`./dev of the template has no ${name}=`);
    const word = /^[\w./:-]*$/.test(value) ? value : quote(value);
    return text.replace(line, () => `${name}=${word}`);
  }, script);
}

/** Whether it was written; a file of the same text stays. Throws a `Refusal` where anything else is there. */
function writeOnce(file: string, text: string): boolean {
  try {
    fs.writeFileSync(file, text, { flag: "wx", mode: 0o755 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  if (fs.statSync(file).isFile() && fs.readFileSync(file, "utf8") === text) return false;
  throw new Refusal(
    `${file} is there, and nothing is written over; take it away first: git rm dev`,
  );
}

function notes(
  slug: string,
  { backup, archives }: ResolvedProject,
  told: Told,
  { unread }: ComposeServices,
): string[] {
  const byHand = `berth restore ${slug} --to dev`;
  const lines = ["try it there (./dev), and commit it; from then on it needs no Berth"];
  if (told.database === "" && archives !== undefined)
    lines.push(
      `no service is PostgreSQL by its image: its data comes by ${byHand}, or say --database`,
    );
  else if (backup?.recipients !== undefined)
    lines.push(`its archives are encrypted: they come by ${byHand}`);
  if (told.archives !== "" && told.scrub === "")
    lines.push("a copy is production's as it is: backup.scrub names the SQL that runs over copies");
  for (const each of unread)
    lines.push(
      `${each}: not published by ./dev; where that is needed, say its port under published=`,
    );
  return lines;
}
