import * as fs from "node:fs";
import * as path from "node:path";

import { environments, type Environment } from "../../components/fleet/fleet";
import { dayText } from "../../components/fleet/formats";
import { nobody } from "../../components/fleet/serving";
import { projectName } from "../../components/stack-file/stack-files";
import { survey } from "../fleet/fleet";
import type { Context } from "../ground/context";
import { exits, readCommandLine, Refusal, unknown, UsageError } from "../ground/usage";
import { existingIn } from "../jobs/existing";
import { writeFiles } from "../jobs/files";
import { jobsOf, ownerIn } from "../jobs/plan";
import { render } from "../jobs/render";
import { withLine } from "../migrate/project-line";
import { factsOf, type Facts } from "./facts";
import { withRetired } from "./node-lines";
import { noteOf } from "./note";
import { sinceOf, stepsOf, type End, type Seen, type Step } from "./steps";
import { realWorld, type World } from "./world";
import { recordsOf, zonesOf } from "./zone-files";

/** How `berth retire` is called. */
export const usage = `usage: berth retire <project> --handover|--destroy --to DIRECTORY [options]

Ends a project: a last archive that a drill proves, its names as zone files, a note of what there is and what
goes, the lines that the program asks for in the stack files; then it says which update comes next. Run it
again after each: what is done it sees, so it goes on from any clone. It runs no update, deletes no machine
and no archive, and takes no stanza out.

  --handover       the client keeps machine and archives; it leaves the stack and is not touched
  --destroy        a machine that Berth made goes, with its snapshot at hand (R75); others stay as above
  --to DIRECTORY   where the zone files and the note are written, for this project alone
  --jobs DIRECTORY the files of its jobs (berth jobs --write), for a project with jobs on Jenkins that updates do not keep
  --snapshot ID    of the stopped machine, once its week is over
  --environment E  prod when absent
  --plan           say every step and how it stands; change nothing
  --as ACCOUNT     for the archive, as this member and not as $USER

What is written after the last archive was begun is in no archive: close the site before, where that counts.

Ends with 0 when this command's own part is done as far as it can be by now, 1 when something stands against it.
`;

/** `berth retire`. */
export function main(context: Context, argv: readonly string[]): Promise<number> {
  return retire(context, argv, realWorld);
}

interface Asked {
  readonly slug: string;
  readonly environment: Environment;
  readonly end: End;
  readonly directory: string;
  readonly jobs?: string;
  readonly snapshot?: string;
}

/** The same in a given world. */
export async function retire(
  context: Context,
  argv: readonly string[],
  worldOf: (context: Context, as: string | undefined) => World,
): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["handover", "destroy", "plan"],
    values: ["to", "jobs", "snapshot", "environment", "as"],
  });
  const asked = askedIn(flags, values, words);
  const world = worldOf(context, values["as"]);
  if (flags.has("plan")) {
    for (const { name, state, what } of await look(context, asked, world)) {
      context.out(`${name.padEnd(8)} ${stateWords[state].padEnd(9)} ${what}\n`);
    }
    return exits.done;
  }
  // Each of ours is done once at most: one that is still to do after that is no one's to repeat.
  for (const done = new Set<string>(); ;) {
    const next = (await look(context, asked, world)).find(({ state }) => state !== "done")!;
    if (next.state === "stuck" || done.has(next.name)) {
      throw new Refusal(`${asked.slug}: ${next.name}: ${next.what}`);
    }
    if (next.state === "yours") {
      context.out(`next, yours: ${next.what}\nThen run the same command again.\n`);
      return exits.done;
    }
    done.add(next.name);
    context.say(`${next.name}: ${next.what}`);
    await acts[next.name]?.(context, asked, world);
  }
}

const stateWords: Readonly<Record<Step["state"], string>> = {
  ...{ done: "done", ours: "to do", yours: "yours", stuck: "refused" },
};

async function look(context: Context, asked: Asked, world: World): Promise<readonly Step[]> {
  const facts = await factsOf(context, asked.environment, asked.slug);
  return stepsOf(facts, await seen(context, facts, asked, world));
}

async function seen(context: Context, facts: Facts, asked: Asked, world: World): Promise<Seen> {
  const { environment, slug, end, snapshot } = asked;
  const archive = await world.archive(environment, slug);
  const files = filesOf(facts, asked);
  return {
    ...{ end, now: context.now },
    ...(archive === undefined ? {} : { archive }),
    isExported: [...files.zones.map(({ file }) => file), files.note].every((file) =>
      fs.existsSync(file),
    ),
    jobs: asked.jobs === undefined ? undefined : await enabledJobs(context, asked.jobs, slug),
    ...(snapshot === undefined ? {} : { snapshot }),
  };
}

/** Names of the jobs that a project shall not have any more, and that the directory does not have as disabled. */
async function enabledJobs(context: Context, directory: string, slug: string): Promise<string[]> {
  const jobs = jobsOf(await survey(context, {}), projectName(context.directory));
  const ended = jobs.filter((job) => job.slug === slug && job.off !== undefined);
  const there = fs.existsSync(directory) && fs.readdirSync(directory).length > 0;
  const found = there ? existingIn(directory).jobs : [];
  const off = new Set(found.filter(({ disabled }) => disabled).map(({ name }) => name));
  return ended.map(({ name }) => name).filter((name) => !off.has(name));
}

type Act = (context: Context, asked: Asked, world: World) => Promise<void>;

const acts: Readonly<Partial<Record<Step["name"], Act>>> = {
  async archive(_, { environment, slug }, world) {
    if (!(await world.backUp(environment, slug))) {
      throw new Refusal(`${slug}: no last archive was made; nothing else is changed`);
    }
    if (!(await world.drill(environment, slug))) {
      throw new Refusal(`${slug}: the last archive is not proven; nothing else is changed`);
    }
  },
  async export(context, asked, world) {
    const facts = await factsOf(context, asked.environment, asked.slug);
    const archive = await world.archive(asked.environment, asked.slug);
    const { zones, note } = filesOf(facts, asked);
    // All of it is there before the first file is.
    const texts = await Promise.all(
      zones.map(async ({ zone, id, file }) => {
        return [file, recordsOf(await world.zone({ zone, id }), zone, facts.project)] as const;
      }),
    );
    const words = {
      ...{ end: asked.end, day: dayText(context.now.getTime()) },
      ...(archive === undefined ? {} : { archive }),
      zones: zones.map(({ file }) => path.basename(file)),
    };
    fs.mkdirSync(asked.directory, { recursive: true });
    for (const [file, text] of [...texts, [note, noteOf(facts, words)] as const]) {
      fs.writeFileSync(file, text);
      context.out(`written: ${file}\n`);
    }
  },
  async end(context, { environment, slug }) {
    edit(context, `Pulumi.${environment}.yaml`, (text, file) =>
      withLine(text, { slug, key: "servedBy", value: nobody }, file),
    );
    return Promise.resolve();
  },
  async jobs(context, asked) {
    const found = await survey(context, {});
    const project = projectName(context.directory);
    const jobs = jobsOf(found, project).map((job) => ({ ...job, ...render(job) }));
    const done = writeFiles(asked.jobs!, jobs, ownerIn(found.fleets, project));
    for (const file of [...done.written, ...done.removed]) context.out(`written: ${file}\n`);
  },
  async release(context, asked) {
    const facts = await factsOf(context, asked.environment, asked.slug);
    const since = sinceOf(facts);
    for (const { stack, node, owner, leaving, exists, others } of facts.machines) {
      if (leaving || !exists || others.length > 0 || owner === "client") continue;
      const snapshot = owner === "berth" ? asked.snapshot! : "none: it stays where it is";
      edit(context, `Pulumi.${stack}.yaml`, (text, file) =>
        withRetired(text, node, { since, snapshot, remove: true }, file),
      );
    }
  },
};

function edit(
  context: Context,
  name: string,
  change: (text: string, file: string) => string,
): void {
  const file = path.join(context.directory, name);
  const before = fs.readFileSync(file, "utf8");
  const after = change(before, name);
  if (after === before) return;
  fs.writeFileSync(file, after);
  context.out(`changed: ${name}; commit it\n`);
}

function filesOf({ project, fleet, slug }: Facts, { directory, end }: Asked) {
  return {
    zones: zonesOf(project, fleet.agency.zones).map((zone) => ({
      ...zone,
      file: path.join(directory, `${slug}.${zone.zone}.zone`),
    })),
    note: path.join(directory, `${slug}-${end}.md`),
  };
}

function askedIn(
  flags: ReadonlySet<string>,
  values: Readonly<Record<string, string>>,
  words: readonly string[],
): Asked {
  const [slug, ...more] = words;
  if (slug === undefined || more.length > 0) throw new UsageError("which one project?");
  const ends = (["handover", "destroy"] as const).filter((each) => flags.has(each));
  const [end] = ends;
  if (end === undefined || ends.length > 1)
    throw new UsageError("--handover or --destroy: one of them");
  const { to, jobs, snapshot, environment: named = "prod" } = values;
  if (to === undefined) throw new UsageError("--to: into which directory?");
  const environment = environments.find((each) => each === named);
  if (environment === undefined) throw new UsageError(unknown("environment", named, environments));
  return {
    ...{ slug, environment, end, directory: path.resolve(to) },
    ...(jobs === undefined ? {} : { jobs }),
    ...(snapshot === undefined ? {} : { snapshot }),
  };
}
