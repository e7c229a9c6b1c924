import { backupRegions } from "../../fleet/fleet";
import { bucketFault } from "../../fleet/formats";
import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";
import { bucketName } from "../backups";
import type { Draft, ProjectDraft } from "../draft";

/** A client's own bucket is one that archives may go to: theirs, told alike everywhere, and where the data may be (R82). */
export function checkClientBuckets(draft: Draft): readonly Problem[] {
  // A host stack takes what its environment declares, which is told there.
  if (draft.role === "host") return [];
  return draft.projects.flatMap((project) => problemsOf(project, draft));
}

function problemsOf(project: ProjectDraft, draft: Draft): Problem[] {
  const { facts, at } = project;
  const { bucket, region } = facts.backup ?? {};
  if (bucket === undefined) return [];
  const problems: Problem[] = [];
  if (region !== undefined) {
    problems.push({
      path: at("backup", "region"),
      message: "is of the agency's bucket, and the archives go to the client's own",
      ...received(region),
      fix: "remove the line: backup.bucket says where its region is",
    });
  }
  if (facts.residency === "canada" && bucket.region !== undefined && bucket.region !== canada) {
    problems.push({
      path: at("backup", "bucket", "region"),
      message: "would take data out of Canada, where it must stay (R3)",
      ...received(bucket.region),
      allowed: canada,
      fix: "have the client make a bucket there",
    });
  }
  return [...problems, ...nameProblems(project, draft), ...ownerProblems(project, draft)];
}

const canada = "ca-central-1";

function nameProblems({ facts, at }: ProjectDraft, { definition, environment }: Draft): Problem[] {
  const name = facts.backup?.bucket?.name;
  if (name === undefined) return [];
  const path = at("backup", "bucket", "name");
  const fault = bucketFault(name);
  if (fault !== undefined) {
    const fix = "copy the name from what the client sees in the console";
    return [{ path, message: `is not a bucket's name: it ${fault}`, ...received(name), fix }];
  }
  const { agency, backups } = definition?.config ?? {};
  const own = (["stage", "prod"] as const).flatMap((each) =>
    backupRegions.map((region) => bucketName(agency?.name ?? "", each, region)),
  );
  const adopted = (backups?.adopt ?? []).map((each) => each.name);
  if (environment === undefined || ![...own, ...adopted].includes(name)) return [];
  return [
    {
      path,
      message: "is a bucket of the agency's own, and not the client's",
      ...received(name),
      fix: "remove backup.bucket: archives go to the agency's bucket",
    },
  ];
}

function ownerProblems({ facts, at, slug }: ProjectDraft, draft: Draft): Problem[] {
  const bucket = facts.backup?.bucket;
  if (bucket?.account === undefined) return [];
  const problems: Problem[] = [];
  if (bucket.account === draft.definition?.config.agency?.awsAccount) {
    problems.push({
      path: at("backup", "bucket", "account"),
      message: "is the agency's own account",
      ...received(bucket.account),
      fix: "adopt a bucket of the agency's account with berth:backups.adopt; here stands the client's account",
    });
  }
  const other = draft.projects.find((each) => {
    const found = each.facts.backup?.bucket;
    if (found === undefined || found.name !== bucket.name || each.slug >= slug) return false;
    return found.account !== bucket.account || found.region !== bucket.region;
  });
  if (other !== undefined) {
    problems.push({
      path: at("backup", "bucket"),
      message: `is said to be in another account or region than ${other.slug} says, and a name is one bucket`,
      fix: "write both alike",
    });
  }
  return problems;
}
