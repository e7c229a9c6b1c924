import { jobNamePattern } from "../../fleet/formats";
import type { Problem } from "../../fleet/problem";
import { keyText, received } from "../../fleet/show";
import { readPublicKey } from "../../fleet/ssh-key";
import { at, entriesOf, isBroken, type Draft, type ProjectDraft } from "../draft";

/** What means something for a project that is delivered alone. */
const ofDelivery = [
  "branch",
  "health",
  "secrets",
  "jobs",
  "jenkins",
  "files",
  "overlap",
  "workers",
] as const;

/**
 * What is said of a project's delivery can be carried out: it has a repository, and a job's key starts its own
 * project's delivery and opens nothing else.
 */
export function checkDelivery(draft: Draft): readonly Problem[] {
  // A host stack takes what its environment declares, which is told there.
  if (draft.role === "host") return [];
  const people = keysOfPeople(draft);
  const jobs = jobKeys(draft);
  return draft.projects.flatMap((project) => [
    ...withoutRepository(draft, project),
    ...jobProblems(project, people, jobs),
    ...twice(project, "files"),
    ...oneName(project),
    ...twice(project, "overlap"),
    ...twice(project, "workers"),
  ]);
}

function withoutRepository(draft: Draft, { facts, at }: ProjectDraft): Problem[] {
  if (facts.repository !== undefined || isBroken(draft, at("repository"))) return [];
  return ofDelivery
    .filter((key) => facts[key] !== undefined)
    .map((key) => ({
      path: at(key),
      message:
        "is said of the project's delivery, and a project without a repository is not delivered",
      fix: "give the project its repository, or remove the line",
    }));
}

interface JobKey {
  readonly slug: string;
  /** Of the stack at hand. */
  readonly own: boolean;
  readonly path: string;
  readonly identity: string;
}

function jobProblems(
  { slug, facts, at }: ProjectDraft,
  people: ReadonlyMap<string, string>,
  jobs: readonly JobKey[],
): Problem[] {
  return entriesOf(facts.jobs).flatMap(([name, line]): Problem[] => {
    const path = at("jobs", name);
    if (!jobNamePattern.test(name)) {
      return [
        {
          path,
          message: "is no name of a job",
          ...received(keyText(name)),
          allowed: "lower-case letters, digits and hyphens, at most 40",
          fix: "choose another name for the job",
        },
      ];
    }
    const reading = readPublicKey(line);
    if (reading.kind === "fault") {
      return [{ path, message: reading.message, fix: reading.fix }];
    }
    const identity = `${reading.type} ${reading.blob}`;
    const fix = "make the job a key of its own: it may start this one delivery and nothing else";
    const owner = people.get(identity);
    if (owner !== undefined) {
      return [{ path, message: `is the same key as that of ${owner}, which opens more`, fix }];
    }
    const place = jobs.findIndex((job) => job.path === path);
    const other = jobs.find(
      (job, index) =>
        job.identity === identity &&
        // Within a project the later one is told, and one key may serve its stage and its production.
        (job.slug !== slug || (job.own && index < place)),
    );
    if (other === undefined) return [];
    return [{ path, message: `is the same key as that of the job at ${other.path}`, fix }];
  });
}

function twice({ facts, at }: ProjectDraft, key: "files" | "overlap" | "workers"): Problem[] {
  const said = (facts[key] ?? []).map((each) => each.replace(/\/$/, ""));
  return said.flatMap((value, index): Problem[] =>
    said.indexOf(value) === index
      ? []
      : [
          {
            path: at(key, index),
            message: "is declared twice",
            ...received(value),
            fix: "keep one of the two",
          },
        ],
  );
}

/** In an archive a directory has its path's name, with hyphens for slashes: of two with one name one would be lost. */
function oneName({ facts, at }: ProjectDraft): Problem[] {
  const paths = (facts.files ?? []).map((each) => each.replace(/\/$/, ""));
  const names = paths.map((each) => each.slice(1).replaceAll("/", "-"));
  return paths.flatMap((path, index): Problem[] => {
    const other = paths[names.indexOf(names[index]!)]!;
    if (other === path) return [];
    return [
      {
        path: at("files", index),
        message: `would have the name of ${other} in archives, ${names[index]}`,
        ...received(path),
        fix: "declare the directory above both, or mount one of them at another path",
      },
    ];
  });
}

/** Whose a key is that opens more than a delivery, by type and key. */
function keysOfPeople({ own }: Draft): ReadonlyMap<string, string> {
  const { team } = own.config;
  const declared = [
    ...entriesOf(team?.members).flatMap(([name, { keys }]) =>
      (keys ?? []).map((line) => [line, `the member ${name}`] as const),
    ),
    ...entriesOf(team?.deployers).map(([name, line]) => [line, `the deployer ${name}`] as const),
  ];
  return new Map(
    declared.flatMap(([line, owner]) => {
      const reading = readPublicKey(line);
      return reading.kind === "key" ? [[`${reading.type} ${reading.blob}`, owner] as const] : [];
    }),
  );
}

/** Jobs' keys of all projects of all stacks. */
function jobKeys({ own, others }: Draft): JobKey[] {
  return [own, ...others].flatMap((stack) =>
    entriesOf(stack.config.projects).flatMap(([slug, { jobs }]) =>
      entriesOf(jobs).flatMap(([name, line]): JobKey[] => {
        const reading = readPublicKey(line);
        if (reading.kind === "fault") return [];
        const path = at(stack, "projects", slug, "jobs", name);
        return [{ slug, own: stack === own, path, identity: `${reading.type} ${reading.blob}` }];
      }),
    ),
  );
}
