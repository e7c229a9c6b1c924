import * as fs from "node:fs";
import * as path from "node:path";

import { oldestCli } from "./pins";
import { runCommand } from "../ground/run-command";

/** A CLI that can be used, or why there is none. */
export type Found = { readonly bin: string } | { readonly why: string };

/**
 * The `pulumi` on PATH, when it is new enough and brings a Node language host: beside it, as the
 * official archive does, or elsewhere on PATH.
 */
export async function findOnPath(searchPath: string): Promise<Found> {
  const cli = which("pulumi", searchPath);
  if (cli === undefined) return { why: "no pulumi on PATH" };
  const real = fs.realpathSync(cli);
  const host = "pulumi-language-nodejs";
  const hasHost = isExecutable(path.join(path.dirname(real), host)) || which(host, searchPath);
  if (!hasHost) return { why: `${cli} has no ${host} beside it or on PATH` };
  const version = await versionOf(cli);
  if (version === undefined) return { why: `${cli} does not tell its version` };
  if (!isNewEnough(version)) {
    return { why: `${cli} is ${version}, ${oldestCli.join(".")} or newer (3.x) is needed` };
  }
  return { bin: path.dirname(cli) };
}

/** Whether a version (`v3.259.0`, `3.260.0-dev.0`) is one this project runs with. */
export function isNewEnough(version: string): boolean {
  const match = /^v?(\d+)\.(\d+)\./.exec(version);
  if (!match) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major === oldestCli[0] && minor >= oldestCli[1];
}

/** The version a CLI tells; undefined when it cannot be run. */
export async function versionOf(cli: string): Promise<string | undefined> {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { code, stdout } = await runCommand(cli, ["version"], { env, timeoutMs: 20_000 });
  return code === 0 ? /v?\d+\.\d+\.\d+\S*/.exec(stdout)?.[0] : undefined;
}

/** The first executable of that name in a search path. */
export function which(name: string, searchPath: string): string | undefined {
  return searchPath
    .split(path.delimiter)
    .filter((directory) => directory !== "")
    .map((directory) => path.join(directory, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
