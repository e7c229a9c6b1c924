import type { BucketSpec, Fleet, NodeSpec, ProjectSpec } from "../fleet/fleet";
import { ConfigError, inFiles, type FileOf, type Problem } from "../fleet/problem";
import { placeOf } from "../fleet/show";
import { bucketName } from "../stack-file/backups";
import { machineBefore, type Archive, type History } from "./history";

/**
 * Refuses what would cost a machine or its data and cannot be seen in stack files alone: a project
 * that was renamed without `formerly`, two that would become one, another machine or bucket to adopt in
 * the place of one (the engine imports it, `protect` or not; it forgets the first one where that was
 * adopted, and deletes it where Berth made it), and another bucket in the place of the one with the archives.
 *
 * Throws a `ConfigError`; meant to be asked before the first resource is registered.
 */
export function checkHistory(fleet: Fleet, history: History, fileOf?: FileOf): void {
  const problems = [
    ...fleet.projects.flatMap((project) => projectProblems(fleet, project, history)),
    ...fleet.projects.flatMap((project) => handBackProblems(project, history)),
    ...fleet.nodes.flatMap((node) => nodeProblems(fleet, node, history)),
    ...fleet.buckets.flatMap((bucket) => bucketProblems(fleet, bucket, history)),
  ];
  if (problems.length > 0) throw new ConfigError(inFiles(problems, fileOf));
}

function projectProblems(fleet: Fleet, project: ProjectSpec, { domains }: History): Problem[] {
  const { slug, formerly, domain } = project;
  const at = (...path: string[]) =>
    placeOf(
      ["projects", slug, ...path],
      fleet.role === "host" ? `Pulumi.${fleet.environment}.yaml` : undefined,
    );
  if (formerly !== undefined && domains.has(formerly) && domains.has(slug)) {
    return [merged(at("formerly"), formerly, slug)];
  }
  const declared = new Set(fleet.projects.map((each) => each.slug));
  const before = [...domains].find(
    ([other, was]) =>
      was === domain && other !== slug && other !== formerly && !declared.has(other),
  );
  if (before === undefined) return [];
  const [gone] = before;
  const apart =
    fleet.environment === "prod"
      ? `let ${gone}'s machine go first (docs/guides/let-a-machine-go.md)`
      : `take ${gone} out in an update of its own first`;
  return [
    {
      path: at(),
      message: `takes over ${domain} from ${gone}, which is no longer declared: ${gone}'s machine and data would be deleted`,
      fix: domains.has(slug)
        ? apart
        : `write formerly: ${gone} below ${slug} when it is the same project under a new name. For a new machine, ${apart}, or build it in a host stack and switch with servedBy`,
    },
  ];
}

/** The state keeps records that were given back from being deleted, also those that would have to go. */
function handBackProblems({ slug, formerly, handBack }: ProjectSpec, history: History): Problem[] {
  const given = [slug, formerly].some((each) => each !== undefined && history.handedBack.has(each));
  if (!given || handBack === true) return [];
  return [
    {
      path: placeOf(["projects", slug, "handBack"]),
      message: "was true when this stack last ran: its names were given back, and stay so",
      fix: "take the project out in an update of its own (its names stay as they are), then declare it anew: they are taken over again",
    },
  ];
}

function nodeProblems(fleet: Fleet, node: NodeSpec, history: History): Problem[] {
  const { name, formerly, adopt } = node;
  const { machines } = history;
  if (formerly !== undefined && machines.has(formerly) && machines.has(name)) {
    return [merged(placeOf(["nodes", name, "formerly"]), formerly, name)];
  }
  const before = machineBefore(history, node);
  if (adopt === undefined || before === undefined || before.adopted === adopt.id) return [];
  const base = {
    path: placeOf(["nodes", name, "adopt", "id"]),
    received: JSON.stringify(adopt.id),
  };
  const apart = "to take over another machine, declare it as a node of its own";
  if (before.adopted !== undefined) {
    const message = `is another machine's: this node was adopted as ${before.adopted}`;
    return [{ ...base, message, fix: `write ${before.adopted} again; ${apart}` }];
  }
  if (before.provider !== adopt.provider) return [];
  const message = `would be adopted in the place of the machine that Berth made for ${name}: that one would be deleted`;
  return [{ ...base, message, fix: `take adopt out again; ${apart}` }];
}

function bucketProblems(
  { agency, environment, role }: Fleet,
  { name, region, adopted }: BucketSpec,
  { buckets }: History,
): Problem[] {
  const before = buckets.get(region);
  if (before === undefined) return [];
  // A host stack only writes to its environment's.
  if (!adopted) return role === "environment" ? leftBucketProblems(name, before) : [];
  const base = { path: placeOf(["backups", "adopt"]), received: JSON.stringify(name) };
  if (before.name !== name) {
    return [
      {
        ...base,
        message: `would adopt a bucket in the place of ${before.name}, which holds the archives of ${region} so far and would be deleted`,
        fix: `take it out again, or write ${before.name} where that was adopted`,
      },
    ];
  }
  if (before.adopted || name !== bucketName(agency.name, environment, region)) return [];
  return [
    {
      ...base,
      message:
        "is a bucket that Berth made: adopted, it would lose versioning, lock, lifecycle and the bars to the public that Berth gave it",
      fix: "take it out again",
    },
  ];
}

/** The engine would make the new bucket, and come to the protection of the old one afterwards. */
function leftBucketProblems(name: string, before: Archive): Problem[] {
  if (before.name === name) return [];
  const message = `would make ${name} in the place of ${before.name}, which holds the archives so far`;
  return [
    before.adopted
      ? {
          path: placeOf(["backups", "adopt"]),
          message,
          fix: `write ${before.name} below adopt again`,
        }
      : {
          path: placeOf(["agency", "name"]),
          message: `${message}: its name follows from this one`,
          fix: "write the agency's name as it was",
        },
  ];
}

/** The state holds both: the engine would keep the one and delete the other. */
function merged(path: string, former: string, name: string): Problem {
  return {
    path,
    message: `names ${former}, but ${former} and ${name} stood beside each other when this stack last ran`,
    received: JSON.stringify(former),
    fix: `remove the line; take ${former} out in an update of its own, once its data is moved`,
  };
}
