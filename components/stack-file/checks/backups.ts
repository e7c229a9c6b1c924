import { isDeepStrictEqual } from "node:util";
import { backupRegionOf, bucketName, keepDaysDefault } from "../backups";
import { at, type Draft, type ProjectDraft, type StackDraft } from "../draft";
import { backupRegions, environments, type Environment } from "../../fleet/fleet";
import { bucketFault } from "../../fleet/formats";
import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";

/** Production is backed up (R29), data stays where it must, and the buckets' settings hold. */
export function checkBackups(draft: Draft): readonly Problem[] {
  return [
    ...draft.projects.flatMap((project) => projectProblems(project, draft)),
    ...(draft.definition === undefined ? [] : settingProblems(draft.definition, draft.environment)),
    ...hostProblems(draft),
  ];
}

function projectProblems(project: ProjectDraft, draft: Draft): Problem[] {
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
