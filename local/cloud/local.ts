import { runInForeground } from "./child";
import { repository } from "./paths";
import { ready } from "./ready";

const usage = `usage: npm run local -- <command> [arguments]

Runs a command against the local cloud, for example:
  npm run local -- pulumi preview --stack stage
  npm run -s local -- pulumi stack output --json --stack stage
(-s keeps npm's own two lines out of the output.)
`;

/** `npm run local -- <command>`: the command's own exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const [command, ...args] = argv;
  if (command === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  const { env } = await ready();
  return runInForeground(command, args, { cwd: repository, env });
}
