import {
  at,
  compare,
  entriesOf,
  type Draft,
  type FactsDraft,
  type MachineDraft,
  type ProjectDraft,
  type StackDraft,
} from "./draft";
import { awsServices, hostedProject, type AwsService } from "../fleet/project";

/** The facts of a project that a host stack may give anew; all else is the environment's. */
const overridable = Object.keys(hostedProject.shape) as (keyof typeof hostedProject.shape)[];

/** Gathers each project's facts and this stack's machines. */
export function draftOf(base: Omit<Draft, "projects" | "machines">): Draft {
  const projects = projectsOf(base);
  return { ...base, projects, machines: machinesOf(base.own, projects) };
}

function projectsOf({ own, definition, environment, role }: Omit<Draft, "projects" | "machines">) {
  const defined = definition?.config.projects ?? {};
  return entriesOf(own.config.projects).flatMap(([slug, declared]): ProjectDraft[] => {
    const facts =
      role === "environment" ? declared : Object.hasOwn(defined, slug) ? defined[slug] : undefined;
    if (facts === undefined || definition === undefined) return [];
    const override = role === "host" ? declared : {};
    return [project(slug, facts, override, own, definition, environment)];
  });
}

function project(
  slug: string,
  facts: FactsDraft,
  override: FactsDraft,
  own: StackDraft,
  definition: StackDraft,
  environment: string | undefined,
): ProjectDraft {
  const overridden = overridable.filter((key) => override[key] !== undefined);
  const merged = { ...facts, ...Object.fromEntries(overridden.map((key) => [key, override[key]])) };
  return {
    slug,
    facts: merged,
    node: merged.node ?? slug,
    servingStack: facts.servedBy ?? environment,
    at: (...path) => {
      const isOverride = overridden.some((key) => key === path[0]);
      return at(isOverride ? own : definition, "projects", slug, ...path);
    },
  };
}

function machinesOf(own: StackDraft, projects: readonly ProjectDraft[]): MachineDraft[] {
  const entries = new Map(entriesOf(own.config.nodes));
  const names = new Set([...entries.keys(), ...projects.map((project) => project.node)]);
  return [...names].sort(compare).map((name) => {
    const residents = projects.filter((project) => project.node === name);
    const needs = new Set(residents.flatMap((project) => project.facts.needs ?? []));
    return {
      name,
      entry: entries.get(name),
      projects: residents,
      needs: awsServices.filter((service: AwsService) => needs.has(service)),
      residency: residents.some((project) => project.facts.residency === "canada")
        ? "canada"
        : "anywhere",
      at: (...path) => at(own, "nodes", name, ...path),
    };
  });
}
