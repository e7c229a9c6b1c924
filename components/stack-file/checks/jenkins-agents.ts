import type { Draft } from "../draft";
import type { Problem } from "../../fleet/problem";

/** A node with an agent knows the Jenkins that it is of, and has a Docker that Berth may use. */
export function checkJenkinsAgents({ own, machines }: Draft): readonly Problem[] {
  return machines.flatMap(({ entry, at }): Problem[] => {
    if (entry?.jenkins === undefined) return [];
    const problems: Problem[] = [];
    if (own.config.agency?.jenkins?.agents === undefined) {
      problems.push({
        path: at("jenkins"),
        message: "wants an agent, and no Jenkins is declared that it would be of",
        fix: "write jenkins.agents with its address below berth:agency in Pulumi.yaml",
      });
    }
    const given = entry.server !== undefined || entry.adopt !== undefined;
    if (given && !entry.manage?.some((step) => step === "deploy")) {
      problems.push({
        path: at("jenkins"),
        message: "wants an agent in a container, and Berth may not use Docker on this machine",
        fix: "add deploy to its manage, or remove the line",
      });
    }
    return problems;
  });
}
