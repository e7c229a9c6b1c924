import { spawn } from "node:child_process";

/** What git prints may be this long, in bytes: the whole of a repository's files. */
const outputLimit = 512 * 1024 * 1024;

/**
 * Runs git in a clone and gives what it prints, as bytes. Objects are read as they are stored
 * (`git replace` could show others), nobody is asked for a password, and no hook, pager or helper of
 * the environment is started. Throws git's own last words.
 */
export function git(clone: string, args: readonly string[], input?: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", ["--no-pager", "--no-replace-objects", ...args], {
      cwd: clone,
      env: { ...withoutGit(process.env), GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0" },
    });
    const chunks: Buffer[] = [];
    let [size, said] = [0, ""];
    child.stdout.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > outputLimit) child.kill();
    });
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) return resolve(Buffer.concat(chunks));
      reject(new Error(`git ${args[0] ?? ""}: ${said.trim() || `exit status ${String(code)}`}`));
    });
  });
}

/** `GIT_DIR` and its like, as a hook sets them, would lead to another repository than the clone. */
function withoutGit(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("GIT_")));
}
