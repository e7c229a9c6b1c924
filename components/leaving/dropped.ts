import type { History } from "../outputs/history";
import { nobody, type Fleet } from "../fleet/fleet";
import { ConfigError, inFiles, type FileOf, type Problem } from "../fleet/problem";
import { placeOf } from "../fleet/show";

const guide = "docs/guides/let-a-machine-go.md";

/**
 * Refuses what would take a production machine, or the record of who serves a project, out of the
 * stack without a word: a node whose stanza is gone, a project that a host stack serves, a host stack
 * that belongs to another environment all at once (R74). Asks what the last run published, since stack
 * files do not tell what they said before.
 *
 * The engine refuses to delete the machine besides, since it is protected; this says what to do.
 * Throws a `ConfigError` before the first resource is registered.
 */
export function checkDropped(fleet: Fleet, history: History, fileOf?: FileOf): void {
  const problems = [...nodeProblems(fleet, history), ...projectProblems(fleet, history)];
  if (problems.length > 0) throw new ConfigError(inFiles(problems, fileOf));
}

function nodeProblems(fleet: Fleet, { machines }: History): Problem[] {
  const declared = new Set(
    [...fleet.nodes, ...fleet.leaving].flatMap(({ name, formerly = name }) => [name, formerly]),
  );
  return [...machines].flatMap(([name, { provider, adopted, environment, address }]): Problem[] => {
    const inProduction = (environment ?? fleet.environment) === "prod";
    // A client's own machine stays where it is whatever is declared.
    if (!inProduction || provider === undefined || provider === "client") return [];
    const where = address === undefined ? provider : `${provider}, ${address}`;
    if (fleet.environment !== "prod") {
      return [
        {
          path: placeOf(["environment"]),
          message: `would take the machine of ${name} (${where}) out of production, where nothing of it is deleted unasked`,
          received: JSON.stringify(fleet.environment),
          allowed: "prod, as this stack was deployed",
          fix: `write prod again, and let its machines go first: ${guide}`,
        },
      ];
    }
    if (declared.has(name)) return [];
    const fate = adopted === undefined ? "it would be deleted" : "it would leave the stack";
    return [
      {
        path: placeOf(["nodes", name]),
        message: `is not declared any more, and no project lives on it, but its machine runs in production (${where}): ${fate}`,
        fix: `write its stanzas again. To let the machine go: servedBy for its projects (a host stack, or ${nobody} where the service ends), and after seven days berth:nodes.${name}.retired with remove: true (R74, R75; ${guide})`,
      },
    ];
  });
}

/** Whose names are dropped while a host stack serves it would leave that machine without a record. */
function projectProblems(fleet: Fleet, { serving }: History): Problem[] {
  if (fleet.role === "host" || fleet.environment !== "prod") return [];
  const declared = new Set(fleet.projects.flatMap(({ slug, formerly = slug }) => [slug, formerly]));
  return [...serving].flatMap(([slug, { servedBy }]): Problem[] => {
    const elsewhere = servedBy !== undefined && servedBy !== fleet.stack && servedBy !== nobody;
    if (!elsewhere || declared.has(slug)) return [];
    return [
      {
        path: placeOf(["projects", slug]),
        message: `is not declared any more, but stack ${servedBy} serves it: nothing would tell when that machine's service ended (R74)`,
        fix: `write it again, with servedBy: ${nobody} where its service ends; take it out once its machines are gone (${guide})`,
      },
    ];
  });
}
