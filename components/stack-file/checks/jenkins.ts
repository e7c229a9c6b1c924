import { jobNamePattern } from "../../fleet/formats";
import { jobName } from "../../fleet/jenkins";
import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";
import { isBroken, type Draft, type ProjectDraft } from "../draft";

/** Whom Jenkins takes for everybody. */
const everybody = ["anonymous", "authenticated"];

/** Jobs on Jenkins can do what they are for: each has the key of its delivery, and lets in somebody certain. */
export function checkJenkins(draft: Draft): readonly Problem[] {
  // A host stack takes what its environment declares, which is told there.
  const { role, environment } = draft;
  if (role === "host" || environment === undefined) return [];
  return draft.projects.flatMap((project) =>
    project.facts.jenkins === undefined
      ? []
      : [
          ...withoutKey(draft, project, jobName(project.slug, environment)),
          ...openToAll(project),
          ...weekly(project, environment === "prod"),
        ],
  );
}

function withoutKey(draft: Draft, { facts, at }: ProjectDraft, name: string): Problem[] {
  if (!jobNamePattern.test(name)) {
    return [
      {
        path: at("jenkins"),
        message: `would have a job ${name}, and no key can be declared under a name that long`,
        allowed: "40 characters for the name of a job",
        fix: "rename the project, or remove the line: its jobs are then made by hand",
      },
    ];
  }
  if (facts.jobs?.[name] !== undefined || isBroken(draft, at("jobs", name))) return [];
  return [
    {
      path: at("jenkins"),
      message: `its job ${name} has no key by which it could start a delivery`,
      fix: `make one (ssh-keygen -t ed25519 -C ${name}), keep the private half on Jenkins as the credential ${name}, and write the public half below jobs as ${name}`,
    },
  ];
}

function openToAll({ facts, at }: ProjectDraft): Problem[] {
  return (facts.jenkins?.clients ?? []).flatMap((account, index): Problem[] =>
    account !== undefined && everybody.includes(account.toLowerCase())
      ? [
          {
            path: at("jenkins", "clients", index),
            message: "is no account: it is everybody who reaches Jenkins",
            ...received(account),
            fix: "name the accounts of the client's people",
          },
        ]
      : [],
  );
}

function weekly({ facts, at }: ProjectDraft, production: boolean): Problem[] {
  if (facts.jenkins?.weekly !== true) return [];
  const path = at("jenkins", "weekly");
  if (!production) {
    return [
      {
        path,
        message: "is said of stage, and it is production that a merge brings a release to",
        fix: "move the line to the project in Pulumi.prod.yaml",
      },
    ];
  }
  if (facts.repository === undefined || !/^https?:/.test(facts.repository)) return [];
  return [
    {
      path,
      message: "needs a repository that is written to by an SSH key",
      ...received(facts.repository),
      fix: "write the repository as git@host:path, or remove the line",
    },
  ];
}
