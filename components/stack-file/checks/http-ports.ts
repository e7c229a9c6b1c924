import { acmePort, databasePorts, relayPort } from "../../fleet/ports";
import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";
import { httpPortOf } from "../../placement/sites";
import { entriesOf, isBroken, type Draft, type MachineDraft, type ProjectDraft } from "../draft";

/**
 * The projects of a node publish on ports of their own (R65), and on none that something else has or
 * that the node lets in: a site is reached through the proxy alone (R71). Of a host stack too: a project
 * keeps its port on every machine.
 */
export function checkHttpPorts(draft: Draft): readonly Problem[] {
  return draft.machines.flatMap((machine): Problem[] => {
    const holders = new Map<number, ProjectDraft>();
    return machine.projects.flatMap((project): Problem[] => {
      if (isBroken(draft, project.at("httpPort"))) return [];
      const port = httpPortOf({ slug: project.slug, httpPort: project.facts.httpPort });
      const other = holders.get(port);
      holders.set(port, other ?? project);
      const fault = faultOf(port, machine, other);
      if (fault === undefined) return [];
      const path = project.at("httpPort");
      const free = freePort(draft);
      return [{ path, ...fault, ...received(port), fix: `write a free one: httpPort: ${free}` }];
    });
  });
}

function faultOf(
  port: number,
  { entry, name }: MachineDraft,
  other: ProjectDraft | undefined,
): Pick<Problem, "message" | "allowed"> | undefined {
  if (other !== undefined) {
    const how = other.facts.httpPort === undefined ? "which follows from its slug" : "as declared";
    return {
      message: `is also the port of ${other.slug} on the node ${name}, ${how}`,
      allowed: "a port of its own for each project of a node",
    };
  }
  if (port === acmePort) {
    return { message: "is reserved for the client that answers certificates' challenges" };
  }
  if (port === relayPort) return { message: "is reserved for the proxy itself" };
  if (databasePorts.includes(port)) return { message: "is a database's" };
  const opened = entry?.ports?.some(
    (each) => each?.port === port && (each.protocol ?? "tcp") === "tcp",
  );
  if (!opened) return undefined;
  return {
    message: `is let in from outside by the ports of the node ${name}, past its proxy (R71)`,
  };
}

/** A port that no project of the stack has, for who must choose one. */
function freePort({ own, definition, projects }: Draft): number {
  const declared = [...entriesOf(own.config.projects), ...entriesOf(definition?.config.projects)];
  const slugs = new Set([...declared.map(([slug]) => slug), ...projects.map(({ slug }) => slug)]);
  const taken = new Set([
    ...[...slugs].map((slug) => httpPortOf({ slug })),
    ...projects.map(({ slug, facts }) => httpPortOf({ slug, httpPort: facts.httpPort })),
  ]);
  let free = 18_000;
  while (taken.has(free)) free += 1;
  return free;
}
