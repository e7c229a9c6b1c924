import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import type { Job } from "../../operations/jobs/job";
import { writeFiles } from "../../operations/jobs/files";
import { render } from "../../operations/jobs/render";
import { obtainJobBuilder } from "../../rehearsal/job-builder";

/** An element of a job's configuration, as a parser of XML reads it. */
export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Element[];
}

const toJson = `import json, sys, xml.etree.ElementTree as tree
def said(each):
    return {"tag": each.tag, "attributes": each.attrib, "text": each.text or "", "children": [said(one) for one in each]}
print(json.dumps(said(tree.parse(sys.argv[1]).getroot())))
`;

/** What Jenkins would be given: a directory as its home's \`jobs\` has it, and each job's configuration. */
export interface Built {
  readonly directory: string;
  readonly jobs: ReadonlyMap<string, Element>;
}

/** Has the real Job Builder render a directory of its files into \`to\`. */
export async function build(files: string, to: string): Promise<Built> {
  const bin = await obtainJobBuilder();
  fs.mkdirSync(to, { recursive: true });
  execFileSync(path.join(bin, "jenkins-jobs"), ["test", "--config-xml", "-o", to, files], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, HOME: path.dirname(to) },
  });
  const names = fs.readdirSync(to).filter((name) => fs.statSync(path.join(to, name)).isDirectory());
  const read = (name: string) =>
    execFileSync(path.join(bin, "python"), ["-c", toJson, path.join(to, name, "config.xml")]);
  const jobs = names.map((name) => [name, JSON.parse(read(name).toString()) as Element] as const);
  return { directory: to, jobs: new Map(jobs) };
}

/** The same of jobs, in a directory of its own below \`scratch\`. */
export function buildJobs(jobs: readonly Job[], scratch: string): Promise<Built> {
  const files = fs.mkdtempSync(path.join(scratch, "files-"));
  writeFiles(
    files,
    jobs.map((job) => ({ ...job, ...render(job) })),
    jobs[0]!.owner,
  );
  return build(files, fs.mkdtempSync(path.join(scratch, "jobs-")));
}

/** A directory that a test takes away again. */
export const scratchDirectory = (): string =>
  fs.mkdtempSync(path.join(os.tmpdir(), "berth-jobs-test-"));

/** All elements of a tag, wherever they stand. */
export function all(element: Element, tag: string): Element[] {
  const own = element.tag === tag ? [element] : [];
  return [...own, ...element.children.flatMap((child) => all(child, tag))];
}

/** Texts of all elements of a tag. */
export function texts(element: Element, tag: string): string[] {
  return all(element, tag).map(({ text }) => text);
}
