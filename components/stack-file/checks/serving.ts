import type { Draft, ProjectDraft } from "../draft";
import { environments, nobody } from "../../fleet/fleet";
import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";

/** A project is served by a host stack that exists and holds it, and moves to such a one or back (R63). */
export function checkServing(draft: Draft): readonly Problem[] {
  if (draft.role === "host") return [];
  return draft.projects.flatMap((project) => [
    ...hostProblems(draft, project, project.facts.servedBy, ["servedBy"]),
    ...moveProblems(draft, project),
  ]);
}

function moveProblems(draft: Draft, project: ProjectDraft): readonly Problem[] {
  const { migration, servedBy } = project.facts;
  const path = ["migration", "to"];
  if (migration?.to === undefined) return [];
  if (servedBy === nobody) {
    return [
      {
        path: project.at("migration"),
        message: "is a move of a project whose service ended",
        fix: "take the line out, or servedBy: none",
      },
    ];
  }
  // Back to where it came from.
  if (migration.to === draft.stack) return [];
  return hostProblems(draft, project, migration.to, path);
}

function hostProblems(
  draft: Draft,
  project: ProjectDraft,
  stack: string | undefined,
  path: readonly string[],
): Problem[] {
  if (stack === undefined || (path[0] === "servedBy" && stack === nobody)) return [];
  const base = { path: project.at(...path), ...received(stack), ...allowedHosts(draft, project) };
  if (environments.some((environment) => environment === stack)) {
    return [
      {
        ...base,
        message: "is an environment, not a host stack",
        fix: `remove the line when the machine of ${draft.stack} itself serves it`,
      },
    ];
  }
  const host = draft.others.find((other) => other.stack === stack);
  if (host === undefined) {
    return [
      {
        ...base,
        message: `is a stack without a file: there is no Pulumi.${stack}.yaml`,
        fix: "correct the name, or add the host stack's file and bring it up first",
      },
    ];
  }
  if (host.config.environment !== draft.environment) {
    return [
      {
        ...base,
        message: `serves ${host.config.environment ?? "no environment"}, not ${draft.stack}`,
        fix: `name a host stack whose file says \`berth:environment: ${draft.stack}\``,
      },
    ];
  }
  if (Object.hasOwn(host.config.projects ?? {}, project.slug)) return [];
  return [
    {
      ...base,
      message: `is a host stack without a machine for ${project.slug}`,
      fix: `add \`${project.slug}: {}\` to berth:projects in Pulumi.${stack}.yaml and bring it up first`,
    },
  ];
}

function allowedHosts(draft: Draft, project: ProjectDraft): { readonly allowed?: string } {
  const hosts = draft.others.filter(
    ({ config }) =>
      config.environment === draft.environment &&
      Object.hasOwn(config.projects ?? {}, project.slug),
  );
  return hosts.length === 0 ? {} : { allowed: hosts.map(({ stack }) => stack).join(", ") };
}
