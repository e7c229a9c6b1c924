import * as fs from "node:fs";
import * as path from "node:path";

import { runProgram } from "../../../engine/program";
import type { FileTexts } from "./grants";

/** Names of stack files. */
export const stackFile = /^Pulumi(\..+)?\.yaml$/;

/** The stack files as they are in the clone now. */
export function presentFiles(directory: string): FileTexts {
  return Object.fromEntries(
    fs
      .readdirSync(directory)
      .filter((name) => stackFile.test(name))
      .map((name) => [name, fs.readFileSync(path.join(directory, name), "utf8")]),
  );
}

/** The stack files as they were last committed; none where the directory is no clone. */
export async function committedFiles(directory: string): Promise<FileTexts> {
  const names = (await git(directory, ["ls-tree", "--name-only", "HEAD", "./"])) ?? "";
  const files = names.split("\n").filter((name) => stackFile.test(name));
  const texts = await Promise.all(
    files.map(async (name) => [name, (await git(directory, ["show", `HEAD:./${name}`])) ?? ""]),
  );
  return Object.fromEntries(texts) as FileTexts;
}

/** What a git command says; undefined when it fails, as it does outside a clone. */
export async function git(directory: string, argv: readonly string[]): Promise<string | undefined> {
  const done = await runProgram("git", ["-C", directory, ...argv]).catch(() => undefined);
  return done?.code === 0 ? done.stdout : undefined;
}
