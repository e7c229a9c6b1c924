import * as fs from "node:fs";
import * as path from "node:path";

import { Refusal } from "../ground/usage";
import type { Spent } from "./job";
import { readFile } from "./existing";
import { renderSpent, type Rendered } from "./render";

/** What a directory of ours holds, once it is written. */
export interface Written {
  readonly written: readonly string[];
  readonly removed: readonly string[];
  /** Jobs that are declared no more and were written as disabled by this run. */
  readonly disabled: readonly string[];
  /** Jobs that were written as disabled before: their files have left them out, and Jenkins is to. */
  readonly dropped: readonly string[];
}

const head =
  "# Written by berth jobs from the stack files; change those. Jenkins Job Builder loads it.\n";

/**
 * Writes the jobs into a directory, a file a project. What no stack file declares any more is there disabled once, so
 * that loading it takes its power away, and gone the next time. Throws a `Refusal` naming a file that is not ours,
 * before any is touched.
 */
export function writeFiles(directory: string, rendered: readonly (Rendered & Spent)[]): Written {
  const before = ourJobs(directory, new Set(rendered.map(({ slug }) => slug)));
  const names = new Set(rendered.map(({ name }) => name));
  const left = before.filter(({ name }) => !names.has(name));
  const spent = left.map((each) => ({ ...each, ...renderSpent(each), before: each.digest }));
  const disabled = spent.filter(({ digest, before: digestBefore }) => digest !== digestBefore);
  const dropped = spent.filter(({ digest, before: digestBefore }) => digest === digestBefore);
  const texts = new Map<string, string>();
  for (const { slug, text } of [...rendered, ...disabled].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    texts.set(slug, `${texts.get(slug) ?? head}\n${text}`);
  }
  fs.mkdirSync(directory, { recursive: true });
  const written: string[] = [];
  for (const [slug, text] of texts) {
    const file = fileOf(directory, slug);
    if (fs.existsSync(file) && fs.readFileSync(file, "utf8") === text) continue;
    const draft = `${file}.${process.pid}.new`;
    fs.writeFileSync(draft, text);
    fs.renameSync(draft, file);
    written.push(file);
  }
  const removed = [...new Set(before.map(({ slug }) => slug))]
    .filter((slug) => !texts.has(slug))
    .map((slug) => fileOf(directory, slug));
  for (const file of removed) fs.rmSync(file);
  return { written, removed, disabled: namesOf(disabled), dropped: namesOf(dropped) };
}

function namesOf(jobs: readonly { readonly name: string }[]): string[] {
  return jobs.map(({ name }) => name);
}

function fileOf(directory: string, slug: string): string {
  return path.join(directory, `${slug}.yaml`);
}

/** The jobs in files of ours. Throws for a file that is not ours and lies where one of ours shall. */
function ourJobs(
  directory: string,
  slugs: ReadonlySet<string>,
): (Spent & { readonly name: string; readonly digest: string })[] {
  if (!fs.existsSync(directory)) return [];
  return fs
    .readdirSync(directory)
    .filter((entry) => entry.endsWith(".yaml"))
    .sort()
    .flatMap((entry) => {
      const file = path.join(directory, entry);
      const slug = entry.slice(0, -".yaml".length);
      const text = fs.readFileSync(file, "utf8");
      const jobs = text.startsWith(head) ? readFile(text, file) : undefined;
      const ours = jobs?.flatMap(({ name, mark }) =>
        mark?.slug === slug ? [{ name, ...mark }] : [],
      );
      if (ours !== undefined && ours.length === jobs?.length) return ours;
      if (!slugs.has(slug) && !text.startsWith(head)) return [];
      throw new Refusal(
        `${file}: is not as berth jobs wrote it, and is not replaced; move it away, or write into another directory`,
      );
    });
}
