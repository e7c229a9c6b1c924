import * as fs from "node:fs";
import * as path from "node:path";

import { runProgram, untilAsked } from "../../engine/program";
import { cacheRoot } from "../computer";
import { standInSecrets } from "../foreign-secrets";
import { repository } from "../paths";
import { sayOnStderr } from "../say";
import { obtainCli } from "../../packages/local-cloud/pulumi/cli";
import { which } from "../../packages/local-cloud/pulumi/on-path";
import type { Place } from "./mounts";
import {
  comparison,
  deployed,
  files,
  work,
  workFiles,
  type Comparison,
  type Deployed,
  type Compared,
  type Task,
} from "./plan";
import { rendererFor, type Renderer } from "./renderer";
import { give, openTo } from "./rights";
import { cleanEnvironment, findSandbox, noSandbox, type Sandbox } from "./sandbox";

/** What of the clone runs behind the walls; not its history, and nothing that somebody put beside it. */
const rooms = [
  "components",
  "engine",
  "packages",
  "policies",
  "rehearsal",
  "tools",
  "package.json",
  "package-lock.json",
];
const programs = ["pulumi", "pulumi-language-nodejs"];
const programPlace = "/opt/pulumi";

/**
 * `node tools/setup/run.js rehearsal/review/compare <scratch directory>`: compares two states of the
 * project as `plan.json` in the scratch directory says, and leaves `outcome.json` there.
 *
 * Obtains the CLI, and what renders jobs, here, where there is a network; everything that runs the reviewed program happens
 * in `inside.ts`, behind the walls, in two visits: the head's never sees the base. What comes back are
 * files of the head's making, which nobody here follows where they lead. Exit code 0 says that there is
 * an outcome, not that it is good.
 */
export async function main([directory = ""]: readonly string[]): Promise<number> {
  const scratch = path.resolve(directory);
  const plan = comparison.parse(
    JSON.parse(fs.readFileSync(path.join(scratch, files.plan), "utf8")),
  );
  for (const copy of [plan.base, plan.head]) standInSecrets(copy);
  const { bin } = await obtainCli({ say: sayOnStderr, cache: cacheRoot() });
  const renderer = await rendererFor([plan.base, plan.head]);
  const visits = new Visits(scratch, await chosen(plan), bin, renderer);
  try {
    const started = Date.now();
    await visits.make({ phase: "base", ...basePlan(plan) }, [plan.base, plan.head]);
    const base = deployed.parse(JSON.parse(visits.read(workFiles.deployed)));
    const between = Date.now();
    const stacks = (plan.stacks ?? base.after).filter(
      (stack) => base.after.includes(stack) && !(stack in base.failures),
    );
    await visits.make({ phase: "head", head: plan.head, stacks, pack: plan.pack }, [plan.head]);
    const seconds = { base: (between - started) / 1000, previews: (Date.now() - between) / 1000 };
    write(scratch, base, stacks, visits, seconds);
    return 0;
  } finally {
    await visits.end();
  }
}

function basePlan({ base, head, stacks }: Comparison) {
  return { base, head, ...(stacks ? { stacks } : {}) };
}

function write(
  scratch: string,
  base: Deployed,
  stacks: readonly string[],
  visits: Visits,
  seconds: Compared["seconds"],
): void {
  for (const stack of stacks) {
    const log = workFiles.log(stack);
    fs.writeFileSync(path.join(scratch, log), visits.read(log));
  }
  const result: Compared = {
    sandbox: visits.sandbox.describes,
    previewed: [...stacks],
    baseFailures: base.failures,
    gone: base.before.filter((stack) => !base.after.includes(stack)),
    seconds,
  };
  fs.writeFileSync(path.join(scratch, files.outcome), JSON.stringify(result));
}

async function chosen(plan: Comparison): Promise<Sandbox> {
  if (!plan.sandbox) return noSandbox;
  const found = await findSandbox();
  if (found) return found;
  throw new Error(
    "the reviewed code cannot be shut in on this computer: unshare, setpriv and prlimit (util-linux), " +
      "ip (iproute2) and bash are needed, and root or user namespaces. Fix: run the review on Linux " +
      "with them, or, for changes you trust, give --no-sandbox",
  );
}

/** Visits behind the walls, and the one directory that they may write to. */
class Visits {
  private readonly work: string;

  constructor(
    private readonly scratch: string,
    readonly sandbox: Sandbox,
    private readonly bin: string,
    private readonly renderer: Renderer | undefined,
  ) {
    this.work = path.join(scratch, work);
    for (const name of ["home", "tmp"]) {
      fs.mkdirSync(path.join(this.work, name), { recursive: true });
    }
  }

  /** Does one task, with these projects to be read. Throws when it does not come to its end. */
  async make(task: Task, projects: readonly string[]): Promise<void> {
    const { sandbox, work, scratch } = this;
    const root = fs.mkdtempSync(path.join(scratch, "root-"));
    fs.rmSync(path.join(work, workFiles.task), { force: true });
    fs.writeFileSync(path.join(work, workFiles.task), JSON.stringify(task));
    if (sandbox.uid !== undefined) {
      give(work, sandbox.uid);
      openTo(projects);
    }
    const run = path.join(repository, "tools", "setup", "run.js");
    const command = sandbox.wrap(root, this.places(projects), [
      ...[process.execPath, run, "rehearsal/review/inside", work],
    ]);
    const [program = "", ...args] = command;
    const { code } = await untilAsked((signal) =>
      runProgram(program, args, {
        ...{ cwd: repository, env: this.environment(), stdout: 2, stderr: 2 },
        ...{ signal, by: sandbox.ends },
      }),
    );
    if (code !== 0) throw new Error(`the ${task.phase} could not be looked at (exit ${code})`);
  }

  /** What a visit wrote: a file, and never one that it only leads to. */
  read(name: string): string {
    const file = path.join(this.work, name);
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    if (stat?.isFile() !== true) throw new Error(`${name} did not come out of the sandbox`);
    if (stat.size > 256 * 1024 ** 2) throw new Error(`${name} is too long to be read`);
    return fs.readFileSync(file, "utf8");
  }

  /** Behind walls everything ended with them. */
  async end(): Promise<void> {
    if (this.sandbox === noSandbox) await this.make({ phase: "end" }, []);
  }

  private environment(): NodeJS.ProcessEnv {
    const free = this.sandbox === noSandbox;
    const renders = this.renderer === undefined ? [] : [this.renderer.directory];
    const found = [free ? this.bin : programPlace, path.dirname(process.execPath), ...renders];
    const searched = free ? [...found, process.env["PATH"] ?? ""] : found;
    const env = cleanEnvironment(process.env, path.join(this.work, "home"), searched);
    return free ? { ...env, TMPDIR: path.join(this.work, "tmp") } : env;
  }

  private places(projects: readonly string[]): readonly Place[] {
    const search = [this.bin, process.env["PATH"] ?? ""].join(path.delimiter);
    const bound = programs.flatMap((name): Place[] => {
      const from = which(name, search);
      return from === undefined ? [] : [{ from, at: path.join(programPlace, name) }];
    });
    const clone = [...rooms, "node_modules"].map((name) => path.join(repository, name));
    return [
      { from: process.execPath },
      ...bound,
      ...clone.map((from) => ({ from })),
      ...(this.renderer?.places ?? []),
      ...projects.map((from) => ({ from })),
      { from: this.work, write: true },
    ];
  }
}
