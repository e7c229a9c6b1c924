import { projectName } from "../../components/stack-file/stack-files";
import { survey } from "../fleet/fleet";
import type { Context } from "../ground/context";
import { printableLine } from "../ground/printable";
import { table } from "../ground/table";
import { exits, readCommandLine, UsageError } from "../ground/usage";
import { existingIn } from "./existing";
import { writeFiles } from "./files";
import type { Job } from "./job";
import { judge, type Finding } from "./judge";
import { jobsOf, ownerIn } from "./plan";
import { render, type Rendered } from "./render";

/** How `berth jobs` is called. */
export const usage = `usage: berth jobs [--write DIRECTORY | --check DIRECTORY] [--json]

The jobs of all projects on the agency's Jenkins, as the stack files declare them (\`jenkins\` of a project):
<slug>-stage, <slug>-prod, <slug>-test, and <slug>-release where develop is merged each week. Where the
agency says from where (agency.jenkins), the fleet's own besides: <name>-nightly and <name>-notify.

  --write DIRECTORY  write them there, a file a project, for Jenkins Job Builder to load; a job that is
                     declared no more is written as disabled once, and left out the next time
  --check DIRECTORY  compare with the jobs there: such files, or what Jenkins has (<name>/config.xml, which
                     the directory jobs of its home holds, or <name>.xml): what is missing, differs, was made
                     by hand under a name that is needed, or exists and should not
  --json             as JSON

exit status: 0 all is as declared, 1 a name is taken by hand or a file cannot be read, 2 something differs
`;

/** `berth jobs`: needs the stack files and the addresses and host keys that stacks published; changes no Jenkins. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["json"],
    values: ["write", "check"],
  });
  if (words.length > 0) throw new UsageError(`jobs takes no words: ${words.join(" ")}`);
  const { write, check } = values;
  if (write !== undefined && check !== undefined) {
    throw new UsageError(
      "--write and --check are two runs: write, load what was written, then check",
    );
  }
  const found = await survey(context, {});
  const project = projectName(context.directory);
  const jobs = jobsOf(found, project).map((job) => ({ ...job, ...render(job) }));
  const owner = ownerIn(found.fleets, project);
  if (write !== undefined) return writeTo(context, { write, owner }, jobs, flags.has("json"));
  if (check !== undefined) {
    return tellFindings(context, judge(jobs, existingIn(check), owner), flags.has("json"));
  }
  context.out(flags.has("json") ? json(jobs.map(shown)) : list(jobs));
  return exits.done;
}

function writeTo(
  context: Context,
  { write: directory, owner }: { readonly write: string; readonly owner: string },
  jobs: readonly (Job & Rendered)[],
  asJson: boolean,
): number {
  const done = writeFiles(directory, jobs, owner);
  if (asJson) {
    context.out(json(done));
    return exits.done;
  }
  for (const file of done.written) context.out(`written: ${file}\n`);
  for (const name of done.disabled) context.out(`disabled, declared no more: ${name}\n`);
  for (const file of done.removed) context.out(`removed: ${file}\n`);
  if (done.dropped.length > 0) {
    context.out(`to be deleted on Jenkins: ${done.dropped.join(", ")}\n`);
  }
  for (const name of done.unsaid) {
    context.out(
      `left alone: ${name}: its mark does not say whose it is, and no stack file here declares it; if it was yours, delete it here and on Jenkins\n`,
    );
  }
  const nothing = [...done.written, ...done.removed].length === 0;
  if (nothing) context.out(`${directory}: nothing is changed\n`);
  return exits.done;
}

function tellFindings(context: Context, findings: readonly Finding[], asJson: boolean): number {
  if (asJson) context.out(json(findings));
  else if (findings.length === 0) context.out("all jobs are as declared\n");
  else {
    for (const { name, says } of findings) context.out(`${printableLine(name)}: ${says}\n`);
  }
  if (findings.some(({ kind }) => kind === "taken" || kind === "unreadable")) return exits.failed;
  return findings.length === 0 ? exits.done : exits.drift;
}

function list(jobs: readonly (Job & Rendered)[]): string {
  if (jobs.length === 0)
    return "no project declares jobs: give one `jenkins: {}` in its stack file\n";
  const rows = jobs.map((job) => [
    job.name,
    job.branch,
    "machine" in job && job.machine !== undefined ? job.machine.address : "",
    job.starters.join(" "),
    job.off === undefined ? "" : `disabled: ${job.off}`,
  ]);
  return `${table(["JOB", "BRANCH", "DELIVERS TO", "MAY START IT", ""], rows)}\n`;
}

function shown({ text: _, ...job }: Job & Rendered): object {
  return job;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
