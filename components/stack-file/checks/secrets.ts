import type { Problem } from "../../fleet/problem";
import { dsnSecret } from "../../fleet/sentry";
import { nearest } from "../../fleet/nearest";
import { at, entriesOf, isBroken, type Draft, type ProjectDraft } from "../draft";
import { tracksErrors } from "./sentry";

/** What the programs that carry out a delivery go by themselves. */
const taken =
  /^(PATH|HOME|USER|SHELL|IFS|ENV|LANG|LC_.*|BASH_.*|LD_.*|COMPOSE_.*|DOCKER_.*|BUILDKIT_.*|BUILDX_.*|GIT_.*|PYTHON.*)$/;

/**
 * Every secret that a project declares has a value in this stack's own file, and every value is one that a project
 * declares. A host stack has a key of its own, which cannot decrypt its environment's values: the names are compared
 * with what the environment declares, and the values are this file's.
 */
export function checkSecrets(draft: Draft): readonly Problem[] {
  const { own, projects } = draft;
  const given = new Map(entriesOf(own.config.secrets));
  return [
    ...projects.flatMap((project) => [
      ...nameProblems(draft, project),
      ...lacking(draft, project, Object.keys(given.get(project.slug) ?? {})),
    ]),
    ...[...given].flatMap(([slug, secrets]) => unused(draft, slug, Object.keys(secrets))),
  ];
}

function nameProblems({ role }: Draft, { facts, at }: ProjectDraft): Problem[] {
  // A host stack takes what its environment declares, which is told there.
  if (role === "host") return [];
  const names = facts.secrets ?? [];
  return names.flatMap((name, index): Problem[] => {
    const path = at("secrets", index);
    if (taken.test(name)) {
      const message = `is ${name}, by which the programs that deliver it go themselves`;
      return [{ path, message, fix: "choose another name for the variable" }];
    }
    if (names.indexOf(name) === index) return [];
    return [{ path, message: `names ${name} again`, fix: "keep one of the two" }];
  });
}

function lacking(draft: Draft, project: ProjectDraft, given: readonly string[]): Problem[] {
  const { own, role, environment } = draft;
  const { slug, facts } = project;
  const needed = [...new Set(facts.secrets ?? [])];
  const near = (name: string) => {
    const stray = given.filter((each) => !needed.includes(each));
    const found = nearest(name, stray);
    return found === undefined ? "" : `; ${found} is given and not declared: did you mean it?`;
  };
  const whose =
    role === "host"
      ? `: Pulumi.${environment}.yaml declares it, and this stack's own key encrypts its value`
      : "";
  return needed
    .filter((name) => !given.includes(name))
    .filter((name) => !isBroken(draft, at(own, "secrets", slug, name)))
    .map((name) => ({
      path: at(own, "secrets", slug, name),
      message: `is missing: the project ${slug} is given no value for its secret ${name}${whose}`,
      fix: `run pulumi config set --stack ${draft.stack} --secret --path 'berth:secrets.${slug}.${name}'${near(name)}`,
    }));
}

function unused(draft: Draft, slug: string, given: readonly string[]): Problem[] {
  const { own, projects, stack } = draft;
  const project = projects.find((each) => each.slug === slug);
  if (project === undefined) {
    if (isBroken(draft, at(own, "projects", slug))) return [];
    const renamed = projects.find(({ facts }) => facts.formerly === slug);
    if (renamed !== undefined) {
      return [
        {
          path: at(own, "secrets", slug),
          message: `holds secrets of ${slug}, which is called ${renamed.slug} now`,
          fix: `write ${renamed.slug} for ${slug} there, and leave the encrypted values as they are`,
        },
      ];
    }
    return [
      {
        path: at(own, "secrets", slug),
        message: `holds secrets of ${slug}, which is no project of this stack`,
        fix: `declare the project, or remove them: pulumi config rm --stack ${stack} --path 'berth:secrets.${slug}'`,
      },
    ];
  }
  if (isBroken(draft, project.at("secrets"))) return [];
  const declared = project.facts.secrets ?? [];
  return (
    given
      .filter((name) => !declared.includes(name))
      // Set by `berth sentry`, and declared by the agency's Sentry itself.
      .filter((name) => name !== dsnSecret || !tracksErrors(draft, project))
      .map((name) => ({
        path: at(own, "secrets", slug, name),
        message: `is given, and ${project.at("secrets")} does not declare it`,
        fix: `add ${name} to the project's secrets, or remove it: pulumi config rm --stack ${stack} --path 'berth:secrets.${slug}.${name}'`,
      }))
  );
}
