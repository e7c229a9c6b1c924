import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { z } from "zod";

import { runProgram, untilAsked } from "../../../engine/program";
import { Refusal, unknown } from "../../ground/usage";
import { clean } from "../redact";
import { changesBetween, notesOn } from "./changes";
import type { Made } from "./made";
import { givePackages } from "./packages";
import { stacksOf } from "./real";
import { writeRevision, writeWorking } from "./revisions";

/** What to compare without any account. */
export interface LocalRun {
  readonly clone: string;
  readonly base: string;
  /** Undefined: the working directory. */
  readonly head: string | undefined;
  readonly stacks: readonly string[];
  readonly sandbox: boolean;
  /** How long a change may keep the review busy, ms; `longest` when absent. */
  readonly limitMs?: number;
  /** Takes how long it took. */
  readonly say: (line: string) => void;
}

/** A program that never ends must not leave the review of an earlier change standing: 15 minutes, ms. */
const longest = 15 * 60_000;

/** What a comparison may say, bytes: at more it is ended. */
const sayLimit = 64 * 1024 ** 2;

/** What `rehearsal/review/compare` leaves behind; a process of its own, because it is shut in. */
const outcome = z.object({
  sandbox: z.string(),
  previewed: z.array(z.string()),
  baseFailures: z.record(z.string(), z.string()),
  gone: z.array(z.string()),
  seconds: z.object({ base: z.number(), previews: z.number() }),
});

/**
 * Previews the head over the base without credentials: both are written out, the base is deployed to
 * a local cloud of records, and the head is previewed over it, with the policies of this clone. Leaves
 * nothing behind.
 */
export async function reviewLocally(run: LocalRun): Promise<Made> {
  const scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "berth-review-")));
  try {
    const base = await writeRevision(run.clone, run.base, path.join(scratch, "base"));
    const headPath = path.join(scratch, "head");
    const head =
      run.head === undefined
        ? await writeWorking(run.clone, headPath)
        : await writeRevision(run.clone, run.head, headPath);
    refuseUnknown(run.stacks, [base.directory, head.directory]);
    const changes = changesBetween(base, head);
    for (const state of [base, head]) await givePackages(run.clone, base, state);
    const found = await compare(run, scratch, base.directory, head.directory);
    const { base: deployed, previews } = found.seconds;
    run.say(`the base took ${deployed.toFixed(1)} s, the previews ${previews.toFixed(1)} s`);
    const texts = found.previewed.map((stack) => ({
      source: `preview of ${stack}`,
      text: fs.readFileSync(path.join(scratch, `preview-${stack}.jsonl`), "utf8"),
    }));
    const gone = found.gone.map(
      (stack) => `The file of stack ${stack} goes; what it deployed stays and is not judged here.`,
    );
    return {
      texts,
      frame: {
        made:
          `${head.called} over ${base.called}, on a local cloud without credentials ` +
          `(sandbox: ${found.sandbox})`,
        notes: [...notesOn(changes), ...gone],
      },
      beyond: [...changes.program, ...gone].length > 0,
      failures: Object.entries(found.baseFailures).map(
        ([stack, said]) =>
          `The base of stack ${stack} does not deploy, so nothing can be compared:\n${clean(said)}`,
      ),
    };
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** A stack that has a file on neither side is a slip: nothing of it could be compared. */
function refuseUnknown(stacks: readonly string[], directories: readonly string[]): void {
  const known = [...new Set(directories.flatMap(stacksOf))].sort();
  for (const stack of stacks) {
    if (!known.includes(stack)) throw new Refusal(unknown("stack", stack, known));
  }
}

async function compare(
  run: LocalRun,
  scratch: string,
  base: string,
  head: string,
): Promise<z.infer<typeof outcome>> {
  const { clone, stacks, sandbox } = run;
  const plan = {
    base,
    head,
    pack: path.join(clone, "policies", "pack"),
    sandbox,
    ...(stacks.length > 0 ? { stacks } : {}),
  };
  fs.writeFileSync(path.join(scratch, "plan.json"), JSON.stringify(plan));
  const entry = path.join(clone, "tools", "setup", "run.js");
  const limit = run.limitMs ?? longest;
  const late = AbortSignal.timeout(limit);
  const { code, stderr } = await untilAsked((asked) =>
    runProgram(process.execPath, [entry, "rehearsal/review/compare", scratch], {
      ...{ cwd: clone, stdout: "drop", limitBytes: sayLimit },
      signal: AbortSignal.any([asked, late]),
    }),
  );
  const file = path.join(scratch, "outcome.json");
  if (late.aborted) {
    throw new Refusal(`the comparison did not end within ${limit / 60_000} minutes, and was ended`);
  }
  if (code === 0 && fs.existsSync(file)) {
    return outcome.parse(JSON.parse(fs.readFileSync(file, "utf8")));
  }
  const said = stderr.split("\n").slice(-12).join("\n");
  throw new Refusal(`the comparison did not come to its end:\n${clean(said)}`);
}
