import * as fs from "node:fs";
import * as path from "node:path";

import { build } from "./build";
import { download } from "./download";
import { isRunning, holder, withLock } from "../ground/lock";
import { findOnPath, isNewEnough, versionOf } from "./on-path";
import { cliVersion, downloads, platform } from "./pins";
import { sayOnStderr, type Say } from "../ground/progress";

/** Where the CLI came from. */
export type CliSource = "PATH" | "cache" | "download" | "build";

/** A Pulumi CLI with a Node language host, ready to run. */
export interface Cli {
  /** Directory that holds `pulumi`; to be put in front of PATH. */
  readonly bin: string;
  readonly source: CliSource;
}

export interface CliOptions {
  readonly searchPath?: string;
  /** Root of the cache; see `Computer`. */
  readonly cache: string;
  readonly downloads?: string;
  readonly say?: Say;
  /** Replaces the build from Go modules; for tests, which cannot spend minutes. */
  readonly build?: (directory: string, say: Say) => Promise<void>;
}

/**
 * Obtains the Pulumi CLI: from PATH, the cache, the official download, or a build from Go modules.
 * What it fetches or builds stays in the cache. Cut off half-way it starts over next time; a
 * second run at the same time waits for the first. Refuses with one error that names every way
 * that was tried and why it failed.
 */
export async function obtainCli(options: CliOptions): Promise<Cli> {
  const say = options.say ?? sayOnStderr;
  const failures: string[] = [];

  const onPath = await findOnPath(options.searchPath ?? process.env["PATH"] ?? "");
  if ("bin" in onPath) return { bin: onPath.bin, source: "PATH" };
  failures.push(`PATH: ${onPath.why}`);

  const { os: system, arch } = platform();
  const shelf = path.join(options.cache, "pulumi");
  const bin = path.join(shelf, `v${cliVersion}-${system}-${arch}`);
  if (isComplete(bin)) return { bin, source: "cache" };
  failures.push(`cache: nothing in ${bin}`);

  const base = options.downloads ?? downloads;
  const ways: readonly { source: CliSource; fill: (directory: string) => Promise<void> }[] = [
    {
      source: "download",
      fill: (directory) => {
        say(`fetching the Pulumi CLI ${cliVersion} from ${base}`);
        return download(directory, { base, os: system, arch });
      },
    },
    { source: "build", fill: (directory) => (options.build ?? build)(directory, say) },
  ];
  try {
    return await withLock(
      path.join(shelf, `.v${cliVersion}-${system}-${arch}.lock`),
      async () => {
        if (isComplete(bin)) return { bin, source: "cache" };
        clearDebris(shelf);
        for (const { source, fill } of ways) {
          const why = await tryToFill(bin, fill);
          if (why === undefined) {
            say(`the Pulumi CLI ${cliVersion} is in ${bin}`);
            return { bin, source };
          }
          failures.push(`${source}: ${why}`);
        }
        throw new Error(explain(failures));
      },
      (pid) => say(`process ${pid} is obtaining the Pulumi CLI; waiting for it`),
    );
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "EACCES" && code !== "EROFS" && code !== "ENOSPC") throw error;
    throw new Error(explain([...failures, `the cache cannot be written: ${message}`]), {
      cause: error,
    });
  }
}

/** Fills a directory aside and moves it into place whole; returns why that failed. */
async function tryToFill(
  bin: string,
  fill: (directory: string) => Promise<void>,
): Promise<string | undefined> {
  const { pid, started } = holder();
  const aside = `${bin}.partial-${pid}-${started}`;
  fs.rmSync(aside, { recursive: true, force: true });
  fs.mkdirSync(aside, { recursive: true });
  try {
    await fill(aside);
    const version = await versionOf(path.join(aside, "pulumi"));
    if (version === undefined || !isNewEnough(version)) return "the CLI obtained does not run";
    if (!isComplete(aside)) return "the Node language host is missing in what was obtained";
    fs.rmSync(bin, { recursive: true, force: true });
    fs.renameSync(aside, bin);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    fs.rmSync(aside, { recursive: true, force: true });
  }
}

function isComplete(bin: string): boolean {
  return ["pulumi", "pulumi-language-nodejs"].every((name) => fs.existsSync(path.join(bin, name)));
}

/** What runs that were killed left behind. */
function clearDebris(shelf: string): void {
  for (const name of fs.readdirSync(shelf)) {
    const match = /\.partial-(\d+)-(.*)$/.exec(name);
    if (!match || isRunning({ pid: Number(match[1]), started: match[2] ?? "" })) continue;
    fs.rmSync(path.join(shelf, name), { recursive: true, force: true });
  }
}

function explain(failures: readonly string[]): string {
  return [
    `The Pulumi CLI ${cliVersion} could not be obtained. Tried:`,
    ...failures.map((failure) => `  - ${failure.replaceAll("\n", "\n    ")}`),
    "Install Pulumi (https://www.pulumi.com/docs/install), or install Go and allow it to reach a module proxy.",
  ].join("\n");
}
