import { runProgram } from "../../../engine/program";

/** What git prints may be this long, in bytes: the whole of a repository's files. */
const outputLimit = 512 * 1024 * 1024;

/**
 * Runs git in a clone and gives what it prints, as bytes. Objects are read as they are stored
 * (`git replace` could show others), nobody is asked for a password, and no hook, pager or helper of
 * the environment is started. Throws git's own last words.
 */
export async function git(clone: string, args: readonly string[], input?: string): Promise<Buffer> {
  const own = { GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0" };
  const done = await runProgram("git", ["--no-pager", "--no-replace-objects", ...args], {
    cwd: clone,
    env: { ...withoutGit(process.env), ...own },
    limitBytes: outputLimit,
    ...(input === undefined ? {} : { input }),
  });
  if (done.code === 0 && !done.flooded) return done.bytes;
  const why = done.flooded ? "it says more than is read" : `exit status ${done.code}`;
  throw new Error(`git ${args[0] ?? ""}: ${done.stderr.trim() || why}`);
}

/** `GIT_DIR` and its like, as a hook sets them, would lead to another repository than the clone. */
function withoutGit(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("GIT_")));
}
