import { mapping } from "../../../components/fleet/mapping";
import { identityOf } from "../../../components/fleet/ssh-key";
import { git, stackFile } from "./files";
import { readStackText } from "./grants";

/** What the clone's history knows of a person who is out of the stack files. */
export interface Past {
  /** Keys that were ever declared as theirs, type and key. */
  readonly keys: readonly string[];
  /** When they were first declared, in seconds since 1970; 0 where the history does not say. */
  readonly came: number;
}

/** Commits that are read: those that name the person. */
const commitLimit = 200;

/** A day, in seconds: the clock of who committed may have been wrong. */
const daySeconds = 24 * 60 * 60;

/**
 * The person's declared keys and first day, from the commits of the stack files: unlike a machine on
 * which they were root, the history is out of their hands. Nothing where the directory is no clone or
 * its history is cut off.
 */
export async function pastOf(member: string, directory: string): Promise<Past> {
  const name = member.replaceAll(/[^a-z0-9_-]/g, "");
  const found = await git(directory, [
    "log",
    `--max-count=${commitLimit}`,
    "--format=%H %ct",
    `-G(^|[^a-z0-9_-])${name}([^a-z0-9_-]|$)`,
    "--",
    "Pulumi*.yaml",
  ]);
  const commits = (found ?? "").split("\n").flatMap((line) => {
    const [hash, seconds] = line.split(" ");
    return hash && seconds ? [{ hash, seconds: Number(seconds) }] : [];
  });
  const cut = (await git(directory, ["rev-parse", "--is-shallow-repository"]))?.trim() !== "false";
  const first = Math.min(...commits.map(({ seconds }) => seconds));
  const isWhole = !cut && commits.length > 0 && commits.length < commitLimit;
  const keys = await Promise.all(
    commits.flatMap(({ hash }) => [
      keysAt(member, directory, hash),
      keysAt(member, directory, `${hash}^`),
    ]),
  );
  return {
    keys: [...new Set(keys.flat())],
    came: isWhole ? Math.max(0, first - daySeconds) : 0,
  };
}

async function keysAt(member: string, directory: string, commit: string): Promise<string[]> {
  const names = (await git(directory, ["ls-tree", "--name-only", commit, "./"])) ?? "";
  const files = names.split("\n").filter((name) => stackFile.test(name));
  const texts = await Promise.all(
    files.map((name) => git(directory, ["show", `${commit}:./${name}`])),
  );
  return texts.flatMap((text) => keysIn(member, text ?? ""));
}

/** Keys of a member in a stack file's roster. A file that is no YAML has none. Pure. */
export function keysIn(member: string, text: string): string[] {
  const config = mapping(mapping(readStackText(text))["config"]);
  const entry = config["berth:team"];
  const { value, default: fallback } = mapping(entry);
  const team = mapping(value ?? fallback ?? entry);
  const { keys } = mapping(mapping(team["members"])[member]);
  return Array.isArray(keys) ? keys.map((key) => identityOf(String(key))).filter(isKey) : [];
}

function isKey(identity: string): boolean {
  return /^[a-z0-9@.-]+ [A-Za-z0-9+/=]+$/.test(identity);
}
