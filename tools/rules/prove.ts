import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { misfit, type Mutation } from "./mutation";
import { mutations } from "./mutations";

const root = path.join(__dirname, "..", "..");

/** What a test file said of the tests that were asked for. */
interface Verdict {
  readonly passed: number;
  readonly failed: number;
}

/**
 * `npm run rules:prove [-- 23 41]`: for each rule that something enforces, breaks the program by one
 * edit in a copy and sees the rule's own test fail, after seeing it pass unbroken. Fails when a rule's
 * test survives its edit. Part of the long run, since each takes a test run of its own.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const known = new Set(mutations.map(({ rule }) => String(rule)));
  const strange = argv.filter((each) => !known.has(each));
  if (strange.length > 0) {
    process.stderr.write(`no edit breaks a rule ${strange.join(", ")}; give numbers of rules\n`);
    return 2;
  }
  const wanted = argv.map(Number);
  const chosen = mutations.filter(({ rule }) => wanted.length === 0 || wanted.includes(rule));
  const copy = copyOfProgram();
  const unbroken = new Map<string, Verdict>();
  let survived = 0;
  try {
    for (const mutation of chosen) {
      const said = prove(mutation, copy, unbroken);
      if (said !== undefined) survived += 1;
      process.stdout.write(`R${mutation.rule}: ${said ?? "seen"}  ${mutation.file}\n`);
    }
  } finally {
    fs.rmSync(copy, { recursive: true });
  }
  process.stdout.write(`${chosen.length - survived} passed, ${survived} failed\n`);
  return survived === 0 ? 0 : 1;
}

/** Why an edit proves nothing; undefined where its test passed before it and failed after it. */
function prove(
  mutation: Mutation,
  copy: string,
  unbroken: Map<string, Verdict>,
): string | undefined {
  const file = path.join(copy, mutation.file);
  const text = fs.readFileSync(file, "utf8");
  const wrong = misfit(mutation, text);
  if (wrong) return wrong;
  const asked = `${mutation.test} ${mutation.named}`;
  const before = unbroken.get(asked) ?? runTest(mutation, copy);
  unbroken.set(asked, before);
  if (before.passed === 0 || before.failed > 0) return `${mutation.test} does not pass unbroken`;
  fs.writeFileSync(
    file,
    text.replace(mutation.from, () => mutation.to),
  );
  try {
    // The first failure is the proof: hosts would go on for minutes, each failing test tried twice.
    const after = runTest(mutation, copy, "--bail=1");
    return after.failed > 0 ? undefined : `${mutation.test} SURVIVED`;
  } finally {
    fs.writeFileSync(file, text);
  }
}

function runTest({ test, named }: Mutation, copy: string, ...more: readonly string[]): Verdict {
  const figures = path.join(copy, "figures.json");
  fs.rmSync(figures, { force: true });
  const name = named.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  spawnSync(path.join(copy, "node_modules", ".bin", "vitest"), ["run", test, "-t", name, ...more], {
    cwd: copy,
    env: { ...process.env, BERTH_TEST_FIGURES: figures },
    stdio: "ignore",
  });
  // A file that cannot even be loaded counts as failed, but names no test.
  if (!fs.existsSync(figures)) return { passed: 0, failed: 0 };
  const { numPassedTests, numFailedTests } = JSON.parse(fs.readFileSync(figures, "utf8")) as {
    numPassedTests: number;
    numFailedTests: number;
  };
  return { passed: numPassedTests, failed: numFailedTests };
}

/**
 * The files that git knows, as they are now, with the installed packages behind a link. A repository
 * of its own: some tests ask git for the files of the clone they run in.
 */
function copyOfProgram(): string {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), "berth-prove-"));
  const listed = spawnSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" });
  for (const name of listed.stdout.split("\0").filter((each) => each !== "")) {
    if (!fs.existsSync(path.join(root, name))) continue;
    fs.mkdirSync(path.dirname(path.join(copy, name)), { recursive: true });
    fs.cpSync(path.join(root, name), path.join(copy, name));
  }
  for (const argv of [
    ["init", "-q"],
    ["add", "-A"],
  ])
    spawnSync("git", argv, { cwd: copy });
  fs.symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
  fs.appendFileSync(path.join(copy, ".git", "info", "exclude"), "node_modules\nfigures.json\n");
  return copy;
}
