import * as fs from "node:fs";
import * as path from "node:path";

import { isMissing, pulumi, streaming } from "../../engine/pulumi";
import type { Preview } from "../../engine/preview";
import { readPreview } from "../../engine/read-preview";
import { readExport, type StackState } from "../../engine/state";
import type { Context } from "../ground/context";
import { printable, printableLine } from "../ground/printable";
import { Refusal } from "../ground/usage";

/** The engine, and what it keeps of stacks. */
export class States {
  constructor(private readonly context: Pick<Context, "directory" | "env">) {}

  private run(...args: readonly string[]) {
    const { directory: cwd, env } = this.context;
    return pulumi(args, { cwd, env: { ...env, ...streaming } }).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      throw new Refusal("pulumi is not on PATH. Install it, or rehearse: npm run local -- berth");
    });
  }

  /** Runs the engine. Throws a `Refusal` with its last words where it fails. */
  async succeed(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code === 0) return stdout;
    const words = printable(`${stdout}\n${stderr}`).trim().split("\n").slice(-12).join("\n");
    throw new Refusal(`pulumi ${args.slice(0, 2).join(" ")} fails:\n${words}`);
  }

  /** A state as the engine exports it: what is secret in it stays encrypted. */
  async exported(stack: string): Promise<{ readonly text: string; readonly state: StackState }> {
    const text = await this.succeed("stack", "export", "--stack", stack);
    return { text, state: readExport(text) };
  }

  async preview(stack: string): Promise<Preview> {
    const { stdout, stderr } = await this.run("preview", "--json", "--stack", stack);
    const preview = readPreview(stdout, `preview of ${stack}`, printable);
    if (preview.succeeded) return preview;
    const why = preview.errors.at(-1) ?? stderr.trim().split("\n").at(-1) ?? "";
    throw new Refusal(`pulumi preview --stack ${stack} fails: ${printableLine(why, 1_000)}`);
  }
}

/** Two states as they were before the first of them was changed, kept until the end was seen. */
export class Kept {
  readonly directory: string;

  constructor(
    clone: string,
    readonly host: string,
    readonly environment: string,
  ) {
    this.directory = path.join(clone, ".berth", "fold", host);
  }

  /** Whether an earlier run kept them, and did not come to its end. */
  get isThere(): boolean {
    return fs.existsSync(this.directory);
  }

  /** Keeps both, by stack. Whole, or not at all; for the person's eyes alone. */
  keep(texts: Readonly<Record<string, string>>): void {
    const draft = `${this.directory}.new`;
    fs.rmSync(draft, { recursive: true, force: true });
    fs.mkdirSync(draft, { recursive: true, mode: 0o700 });
    for (const [stack, text] of Object.entries(texts)) {
      fs.writeFileSync(path.join(draft, `${stack}.json`), text, { mode: 0o600, flush: true });
    }
    fs.renameSync(draft, this.directory);
  }

  file(stack: string): string {
    return path.join(this.directory, `${stack}.json`);
  }

  read(stack: string): StackState {
    return readExport(fs.readFileSync(this.file(stack), "utf8"));
  }

  drop(): void {
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}

/**
 * Puts both states back as they were kept, whatever a move that was cut off left of them: the engine writes the one that
 * gains before the one that loses. Throws a `Refusal` where somebody's update changed either since: what that made would
 * be forgotten.
 */
export async function putBack(states: States, kept: Kept): Promise<void> {
  const stacks = [kept.host, kept.environment];
  const now = await Promise.all(stacks.map(async (stack) => (await states.exported(stack)).state));
  const before = stacks.map((stack) => kept.read(stack));
  const strangers = [...heldBy(now)].filter((each) => !heldBy(before).has(each));
  const lost = [...heldBy(before)].filter((each) => !heldBy(now).has(each));
  if (strangers.length > 0 || lost.length > 0) {
    throw new Refusal(
      `${stacks.join(" and ")} were changed since their states were kept (${[...strangers, ...lost].slice(0, 5).join(", ")}); look what is in which, and put it right by pulumi state move. What was kept stays in ${kept.directory}`,
    );
  }
  for (const stack of stacks) {
    await states.succeed("stack", "import", "--stack", stack, "--file", kept.file(stack));
  }
  kept.drop();
}

/** What states hold together: names and ids. The engine copies providers, and they make nothing. */
function heldBy(states: readonly StackState[]): Set<string> {
  return new Set(
    states
      .flatMap(({ resources }) => resources)
      .filter(({ urn }) => !/::pulumi:(providers|pulumi):/.test(urn))
      .map(({ urn, id = "" }) => `${urn.split("::").slice(2).join("::")} ${id}`.trim()),
  );
}
