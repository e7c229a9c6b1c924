import * as fs from "node:fs";
import * as path from "node:path";

import { Refusal } from "../ground/usage";
import type { Spent } from "./job";
import { readFile } from "./existing";
import { isAnothers, type Mark } from "./mark";
import { renderSpent, type Rendered } from "./render";

/** What a directory of ours holds, once it is written. */
export interface Written {
  readonly written: readonly string[];
  readonly removed: readonly string[];
  /** Jobs that are declared no more and were written as disabled by this run. */
  readonly disabled: readonly string[];
  /** Jobs that were written as disabled before: their files have left them out, and Jenkins is to. */
  readonly dropped: readonly string[];
  /** Jobs in files that nobody declares and whose marks do not say whose they are: they stay. */
  readonly unsaid: readonly string[];
}

const head =
  "# Written by berth jobs from the stack files; change those. Jenkins Job Builder loads it.\n";

/**
 * Writes the jobs into a directory, a file a project. What no stack file declares any more is there disabled once, so
 * that loading it takes its power away, and gone the next time. Files of other Berth projects than `owner`, as `ownerOf`
 * has it, stay. Throws a `Refusal` naming a file that is not ours where one of ours shall be, before any is touched.
 */
export function writeFiles(
  directory: string,
  rendered: readonly (Rendered & Spent)[],
  owner: string,
): Written {
  const slugs = new Set(rendered.map(({ slug }) => slug));
  const { ours: before, unsaid } = jobsThere(directory, slugs, owner);
  const names = new Set(rendered.map(({ name }) => name));
  const left = before.filter(({ name }) => !names.has(name));
  const spent = left.map((each) => {
    return { ...each, ...renderSpent({ ...each, owner }), before: each.digest };
  });
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
  return { written, removed, disabled: namesOf(disabled), dropped: namesOf(dropped), unsaid };
}

function namesOf(jobs: readonly { readonly name: string }[]): string[] {
  return jobs.map(({ name }) => name);
}

function fileOf(directory: string, slug: string): string {
  return path.join(directory, `${slug}.yaml`);
}

type FileJob = Mark & { readonly name: string };

/**
 * The jobs in files of ours, and names of those that may be anybody's: marked before marks said whose a job is, of a
 * project that is not declared here. Throws for a file that is not ours and lies where one of ours shall.
 */
function jobsThere(
  directory: string,
  slugs: ReadonlySet<string>,
  owner: string,
): { readonly ours: readonly FileJob[]; readonly unsaid: readonly string[] } {
  const entries = fs.existsSync(directory) ? fs.readdirSync(directory).sort() : [];
  const found: FileJob[] = entries
    .filter((entry) => entry.endsWith(".yaml"))
    .flatMap((entry) => {
      const file = path.join(directory, entry);
      const slug = entry.slice(0, -".yaml".length);
      const text = fs.readFileSync(file, "utf8");
      const jobs = text.startsWith(head) ? readFile(text, file) : undefined;
      const marked = jobs?.flatMap(({ name, mark }) =>
        mark?.slug === slug ? [{ name, ...mark }] : [],
      );
      const isWhole = marked !== undefined && marked.length === jobs?.length;
      const [another] = (marked ?? []).filter((mark) => isAnothers(mark, owner));
      if (isWhole && another === undefined) return marked;
      if (!slugs.has(slug) && (isWhole || !text.startsWith(head))) return [];
      const why =
        isWhole && another !== undefined
          ? `is another Berth project's, ${String(another.owner)}`
          : "is not as berth jobs wrote it";
      throw new Refusal(
        `${file}: ${why}, and is not replaced; move it away, or write into another directory`,
      );
    });
  const isUnsaid = ({ owner: whose, slug }: FileJob) => whose === undefined && !slugs.has(slug);
  return {
    ours: found.filter((each) => !isUnsaid(each)),
    unsaid: namesOf(found.filter(isUnsaid)),
  };
}
