import { isDeepStrictEqual } from "node:util";
import { backupRegionOf, bucketName, keepDaysDefault } from "../backups";
import { at, isBroken, type Draft, type ProjectDraft, type StackDraft } from "../draft";
import { backupRegions, environments, type Environment } from "../../fleet/fleet";
import { stateSlug } from "../../fleet/backup-prefix";
import { bucketFault } from "../../fleet/formats";
import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";

/** Days from one restore drill to the next (R34). */
const drillDays = 7;

/** Production is backed up (R29), data stays where it must, and the buckets' settings hold. */
export function checkBackups(draft: Draft): readonly Problem[] {
  return [
    ...draft.projects.flatMap((project) => projectProblems(project, draft)),
    ...(draft.definition === undefined ? [] : settingProblems(draft.definition, draft.environment)),
    ...hostProblems(draft),
    ...stateProblems(draft),
  ];
}

function projectProblems(project: ProjectDraft, draft: Draft): Problem[] {
  return [...placeProblems(project, draft), ...makingProblems(project, draft)];
}

/** What means something for archives that a node makes alone. */
const ofMaking = [
  "at",
  "consistency",
  "exclude",
  "mayShrinkTo",
  "recipients",
  "recoveryMinutes",
  "scrub",
] as const;

/** What is said of making archives can be carried out. */
function makingProblems(project: ProjectDraft, draft: Draft): Problem[] {
  const { facts, at } = project;
  const { backup, repository } = facts;
  // A host stack takes what its environment declares, which is told there.
  if (backup === undefined || draft.role === "host") return [];
  const problems: Problem[] = [];
  if (backup.compose !== undefined) problems.push(...composeProblems(project, draft));
  else if (repository === undefined && !isBroken(draft, at("repository"))) {
    problems.push(
      ...ofMaking
        .filter((key) => backup[key] !== undefined)
        .map((key) => ({
          path: at("backup", key),
          message:
            "is said of archives that its node makes, and a project without a repository is not backed up by its node",
          fix: "give the project its repository, or remove the line",
        })),
    );
  }
  if (backup.database === "mongodb" && backup.consistency === "snapshot") {
    problems.push({
      path: at("backup", "consistency"),
      message: "cannot be kept for MongoDB: a server that is alone gives no snapshot (R39)",
      ...received(backup.consistency),
      allowed: "pause, stop",
      fix: "remove the line: what writes is then stopped while its database is dumped",
    });
  }
  problems.push(...rdsProblems(project));
  if (backup.recipients !== undefined) {
    problems.push(...lonelyKeys(at("backup", "recipients"), backup.recipients));
  }
  (backup.at ?? []).forEach((time, index, times) => {
    if (time === undefined || times.indexOf(time) === index) return;
    problems.push({
      path: at("backup", "at", index),
      message: "is said twice",
      ...received(time),
      fix: "keep one of the two",
    });
  });
  return problems;
}

/** A server over the network is PostgreSQL, of a project that is delivered, with a password that the project declares. */
function rdsProblems({ facts, at }: ProjectDraft): Problem[] {
  const { rds, database } = facts.backup ?? {};
  if (rds === undefined) return [];
  const problems: Problem[] = [];
  if (database !== "postgres" && database !== "postgis") {
    problems.push({
      path: at("backup", "rds"),
      message: "is a server of PostgreSQL, and backup.database says otherwise",
      ...received(database),
      allowed: "postgres, postgis",
      fix: "say database: postgres; other kinds are not dumped over the network",
    });
  }
  if (rds.password !== undefined && !(facts.secrets ?? []).includes(rds.password)) {
    problems.push({
      path: at("backup", "rds", "password"),
      message: "names no secret of the project",
      fix: "declare it in the project's secrets, and give its value as any other's",
    });
  }
  return problems;
}

/** What people brought up is backed up where nothing is delivered, by a machine on which Berth may run containers. */
function composeProblems({ facts, at, node }: ProjectDraft, { machines }: Draft): Problem[] {
  const problems: Problem[] = [];
  if (facts.repository !== undefined) {
    problems.push({
      path: at("backup", "compose"),
      message: "names what people brought up, and the project is delivered from its repository",
      fix: "remove the line: what is delivered is backed up",
    });
  }
  const entry = machines.find(({ name }) => name === node)?.entry;
  const isGiven = entry?.server !== undefined || entry?.adopt !== undefined;
  if (isGiven && entry?.manage?.includes("deploy") !== true) {
    problems.push({
      path: at("backup", "compose"),
      message: `cannot be backed up: Berth only looks at Docker on the node ${node}`,
      fix: `add deploy to manage of berth:nodes.${node}: the backup runs in a container of its own`,
    });
  }
  return problems;
}

function placeProblems(project: ProjectDraft, draft: Draft): Problem[] {
  const { facts } = project;
  if (facts.backup === undefined) {
    if (draft.environment !== "prod") return [];
    return [
      {
        path: project.at("backup"),
        message: "is missing: every production project has a backup (R29)",
        fix: "add `backup: { database: postgres }`, or `database: none` when it has files alone",
      },
    ];
  }
  if (facts.backup.bucket !== undefined) return [];
  if (facts.residency !== "canada" || backupRegionOf(project, draft.machines) === "ca-central-1") {
    return [];
  }
  return [
    {
      path: project.at("backup", "region"),
      message: "would take data out of Canada, where it must stay (R3)",
      ...received(facts.backup.region),
      allowed: "ca-central-1",
      fix: "remove the line: ca-central-1 follows from residency: canada",
    },
  ];
}

function settingProblems(definition: StackDraft, environment: Environment | undefined): Problem[] {
  const { backups, agency } = definition.config;
  const { keepDays = keepDaysDefault, lockDays } = backups ?? {};
  const others = environments
    .filter((other) => other !== environment)
    .flatMap((other) =>
      backupRegions.map((region) => bucketName(agency?.name ?? "", other, region)),
    );
  const problems: Problem[] = [];
  if (keepDays < drillDays) {
    problems.push({
      path: at(definition, "backups", "keepDays"),
      message: `is shorter than the ${drillDays} days from one drill to the next: archives would go before any was proven (R34)`,
      ...received(keepDays),
      allowed: `a whole number of at least ${drillDays}`,
      fix: `keep them for ${drillDays} days or more`,
    });
  }
  if (lockDays !== undefined && lockDays > keepDays) {
    problems.push({
      path: at(definition, "backups", "lockDays"),
      message: `is longer than the ${keepDays} days an archive is kept, so it could not be deleted in time`,
      ...received(lockDays),
      allowed: `0 to ${keepDays}`,
      fix: "shorten the lock or raise keepDays",
    });
  }
  const adopted = backups?.adopt ?? [];
  adopted.forEach(({ name, region }, index) => {
    const fault = name === undefined ? undefined : bucketFault(name);
    if (fault !== undefined) {
      problems.push({
        path: at(definition, "backups", "adopt", index, "name"),
        message: `is not a bucket's name: it ${fault}`,
        ...received(name),
        fix: "copy the name from `aws s3 ls`",
      });
    }
    if (name !== undefined && others.includes(name)) {
      problems.push({
        path: at(definition, "backups", "adopt", index, "name"),
        message:
          "is the bucket that Berth makes for the other environment: the archives of both would mix",
        ...received(name),
        fix: "remove the entry: Berth makes a bucket of its own here",
      });
    }
    if (adopted.slice(0, index).some((other) => other.region === region && region !== undefined)) {
      problems.push({
        path: at(definition, "backups", "adopt", index, "region"),
        message: "has a bucket already; one bucket serves a region",
        ...received(region),
        fix: "keep the bucket that backups go to and remove the other entry",
      });
    }
  });
  return problems;
}

/** Copies of the state can be opened by more than one key, and lie below a name of their own (R79). */
function stateProblems({ own, projects }: Draft): Problem[] {
  const state = own.config.agency?.backups?.state;
  if (state === undefined) return [];
  return [
    ...projects
      .filter(({ slug }) => slug === stateSlug)
      .map((project) => ({
        path: project.at(),
        message: "has the name below which copies of Berth's own state lie",
        fix: "choose another slug, or take agency.backups.state out",
      })),
    ...(state.recipients === undefined
      ? []
      : lonelyKeys(at(own, "agency", "backups", "state", "recipients"), state.recipients)),
  ];
}

/** What is encrypted to one key alone is lost with it. */
function lonelyKeys(path: string, recipients: readonly (string | undefined)[]): Problem[] {
  if (new Set(recipients).size >= 2) return [];
  return [
    {
      path,
      message: "is one key alone: whoever loses it loses every archive",
      allowed: "two keys or more, of which one is kept offline",
      fix: "make a second key (age-keygen), keep its file offline and write its public half here",
    },
  ];
}

/** Buckets belong to the environment; settings from Pulumi.yaml reach host stacks too. */
function hostProblems({ role, own, definition, environment }: Draft): Problem[] {
  const declared = own.config.backups;
  if (role === "environment" || declared === undefined || definition === undefined) return [];
  if (isDeepStrictEqual(declared, definition.config.backups)) return [];
  return [
    {
      path: at(own, "backups"),
      message: "differs from the environment's, which owns the buckets",
      fix: `move the settings to Pulumi.${environment}.yaml`,
    },
  ];
}
