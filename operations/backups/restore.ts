import { backupProgram } from "../../components/machine/programs";
import { machineName } from "../fleet/fleet";
import type { Context } from "../ground/context";
import { typed } from "../ground/typed";
import { exits, readCommandLine, Refusal, UsageError } from "../ground/usage";
import { siteOf, siteValues, tell } from "../site/site";
import { listed, pick } from "./archives";
import { toDev } from "./dev";
import { CouldNot } from "./docker";
import { toScratchTable } from "./one-table";
import { projectsOf, recordsOf, residencyProblem, type BackedUp } from "./projects";
import { toScratch } from "./scratch";
import { Store } from "./store";

/** How `berth restore` is called. */
export const usage = `usage: berth restore [options] --to scratch|dev|STACK/NODE <project>
       berth restore --list <project>

Restores a project's newest archive, or one of another date:
  scratch      into a fresh server and volumes of Docker's on this computer, to look into
  dev          into the project as it runs on this computer (./dev), in the place of what is there;
               the SQL of backup.scrub runs over it; its application stays stopped
  STACK/NODE   in place, on the machine that serves it: after a backup of what is there, with the
               application stopped meanwhile; what fails leaves what was there before

It needs credentials of AWS that read the archives, as the AWS command finds them; scratch and dev
need Docker. The machine gets an address of the one archive that ends after some hours, and no key.

  --list           the archives, and which are proven
  --table TABLE    to scratch: this one table alone, into a server in which the others are empty; named as
                   customer, schema.customer or database/schema.customer
  --at DATE        2026-11-29, or as much of 2026-11-29T031500Z as tells it
  --directory DIR  the project's repository, where it runs for dev; absent: the current directory
  --confirm SLUG   in place: what a person is asked to type otherwise
  --in PLACE       where this computer is: canada, or anywhere (also BERTH_DRILL_IN); data that must
                   stay in Canada is copied there alone
  --environment E  prod, unless said otherwise
  --as ACCOUNT     on the machine as this member and not as $USER

Ends with 0 when all of it is there, 1 when it is not.
`;

/** `berth restore`. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["list"],
    values: [...siteValues, "to", "at", "table", "directory", "confirm", "in"],
  });
  const [slug, ...more] = words;
  if (slug === undefined || more.length > 0) throw new UsageError("which one project?");
  const { to, at, table } = values;
  if (to === undefined && !flags.has("list")) {
    throw new UsageError("where to? --to scratch, --to dev, or the machine: --to STACK/NODE");
  }
  if (table !== undefined && to !== "scratch") {
    throw new UsageError("--table goes with --to scratch: no server in use is written to");
  }
  const found = backedUpOf(context, values, slug);
  const store = new Store(found.place, context.env);
  const holdings = await store.holdings();
  if (flags.has("list")) {
    context.out(`${await listed(store, found, holdings, await recordsOf(store, holdings))}\n`);
    return exits.done;
  }
  if (to !== "scratch" && to !== "dev") return inPlace(context, found, values, slug);
  const problem = residencyProblem(found.project, values["in"] ?? context.env["BERTH_DRILL_IN"]);
  if (problem !== undefined) throw new Refusal(`${slug}: ${problem}`);
  const picked = await pick(store, holdings, context.now, at);
  try {
    if (table !== undefined) return await toScratchTable(context, found, store, picked, table);
    return await (to === "scratch"
      ? toScratch(context, found, store, picked)
      : toDev(context, found, store, picked, values["directory"] ?? process.cwd()));
  } catch (error) {
    if (error instanceof CouldNot) throw new Refusal(error.message, { cause: error });
    throw error;
  }
}

/** The project in its environment. Throws as `projectsOf` does. */
export function backedUpOf(
  context: Context,
  values: Readonly<Record<string, string>>,
  slug: string,
): BackedUp {
  return projectsOf(context, values["environment"] ?? "prod", slug).backedUp[0]!;
}

/** What its machine does with it: what people brought up in Compose is backed up there, and nothing delivers it. */
export function doneBy({ project }: BackedUp): "deliveries" | "backups" {
  return project.backup?.compose === undefined ? "deliveries" : "backups";
}

async function inPlace(
  context: Context,
  found: BackedUp,
  values: Readonly<Record<string, string>>,
  slug: string,
): Promise<number> {
  const { to, at, confirm } = values;
  const environment = found.environment;
  const stack = to!.split("/")[0]!;
  const scope = stack === environment ? { environment } : { stack };
  const as = values["as"] ? { as: values["as"] } : {};
  const site = await siteOf(context, slug, { ...as, ...scope }, doneBy(found));
  const name = machineName(site.machine);
  if (to !== name)
    throw new Refusal(`${slug} is not on ${to}; in place it is restored on: --to ${name}`);
  const store = new Store(found.place, context.env);
  const { archive, text } = await pick(store, await store.holdings(), context.now, at);
  context.say(
    `${archive.key} (${archive.bytes} bytes) takes the place of what ${slug} has on ${name}; its application stands still meanwhile`,
  );
  const answer = confirm ?? (await typed(`Type the project's name to go on: `));
  if (answer !== slug) throw new Refusal("nothing was touched");
  const wish = JSON.stringify({
    address: await store.address(archive.key),
    manifest: JSON.parse(text) as unknown,
  });
  return tell(context, site, ["restore", slug, "--by", site.by], backupProgram, wish);
}
