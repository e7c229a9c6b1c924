import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { z } from "zod";

import { Refusal } from "../ground/usage";
import { readConfiguration, type Configuration } from "./config-xml";
import { readMark, type Mark } from "./mark";

/** A job that exists: on Jenkins, or as a file. */
export interface Existing {
  readonly name: string;
  /** Where it was read. */
  readonly file: string;
  /** Absent: it is not one of ours. */
  readonly mark?: Mark;
  readonly disabled: boolean;
}

/** What a directory holds of jobs, and files of it that could not be read. */
export interface Found {
  readonly jobs: readonly Existing[];
  readonly unreadable: readonly string[];
}

/**
 * Reads jobs of a directory: files as `berth jobs --write` makes them, and what Jenkins has of each job, as
 * `<name>/config.xml` (the directory `jobs` of its home) or `<name>.xml`. Throws a `Refusal` where there is no such
 * directory, or nothing in it, which is no proof that jobs are gone.
 */
export function existingIn(directory: string): Found {
  const names = entriesOf(directory);
  const unreadable: string[] = [];
  const jobs = names.flatMap((entry): Existing[] => {
    const file = path.join(directory, entry);
    const nested = path.join(file, "config.xml");
    if (entry.endsWith(".yaml")) {
      const found = readFile(fs.readFileSync(file, "utf8"), file);
      if (found === undefined) unreadable.push(file);
      return [...(found ?? [])];
    }
    const single = entry.endsWith(".xml");
    if (!single && !fs.existsSync(nested)) return [];
    const from = single ? file : nested;
    const configuration = readConfiguration(fs.readFileSync(from, "utf8"));
    if (configuration === undefined) {
      unreadable.push(from);
      return [];
    }
    return [existing(single ? entry.slice(0, -".xml".length) : entry, from, configuration)];
  });
  if (jobs.length === 0 && unreadable.length === 0) {
    throw new Refusal(
      `${directory}: holds no jobs, neither as <name>/config.xml or <name>.xml of Jenkins nor as files of berth jobs --write; name the directory that does`,
    );
  }
  return { jobs, unreadable };
}

const jobs = z.array(
  z.object({
    job: z.object({ name: z.string(), description: z.string(), disabled: z.boolean() }),
  }),
);

/** The jobs of one file for Job Builder; undefined for one of another form. */
export function readFile(text: string, file: string): readonly Existing[] | undefined {
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    return undefined;
  }
  const reading = jobs.safeParse(value);
  if (!reading.success) return undefined;
  return reading.data.map(({ job }) => existing(job.name, file, job));
}

function existing(name: string, file: string, { description, disabled }: Configuration): Existing {
  const mark = readMark(description);
  return { name, file, disabled, ...(mark === undefined ? {} : { mark }) };
}

function entriesOf(directory: string): string[] {
  try {
    return fs.readdirSync(directory).sort();
  } catch (error) {
    if (!["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    throw new Refusal(`${directory}: is no directory; name the one that holds the jobs`);
  }
}
