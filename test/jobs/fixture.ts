import type { Job } from "../../operations/jobs/job";
import { jobsOf } from "../../operations/jobs/plan";
import { joined, type Survey } from "../../operations/fleet/fleet";
import type { PublishedNode } from "../../operations/ground/published";
import { prod, parse, publicKey, put, shared, type Input } from "../stack-file/fixture";

export const repository = "git@github.com:countable-web/kmc.git";
export const hostKeys = { stage: publicKey(31, "stage"), prod: publicKey(32, "prod") };

/** A project with jobs on stage and in production. */
const kmc = (environment: "stage" | "prod", number: number) => ({
  domain: environment === "prod" ? "kmc.countable.ca" : "kmc-stage.countable.ca",
  repository,
  access: environment === "prod" ? ["dana"] : ["clark", "dana"],
  residency: "canada",
  jobs: { [`kmc-${environment}`]: publicKey(number) },
  jenkins: environment === "prod" ? { clients: ["vera@client"], weekly: true } : {},
  ...(environment === "prod" ? { backup: {} } : {}),
});

/** Stack files of stage and production that declare jobs of one project. */
export function twoStacks(): { stage: Input; prod: Input } {
  const production = prod();
  const projects = production.config["projects"] as Record<string, unknown>;
  projects["kmc"] = kmc("prod", 21);
  delete projects["intranet"];
  return {
    stage: {
      stack: "stage",
      config: { ...shared(), projects: { kmc: kmc("stage", 22) } },
      stackFiles: {},
    },
    prod: production,
  };
}

/** What a survey of these stack files finds, with a machine for each node of the named ones. */
export function surveyed(
  inputs: readonly Input[],
  deployed: readonly string[] = ["stage", "prod"],
): Survey {
  const fleets = inputs.map(parse);
  const machines = fleets.flatMap((fleet) => {
    if (!deployed.includes(fleet.stack)) return [];
    const published = Object.fromEntries(
      fleet.nodes.map(({ name }, index): [string, PublishedNode] => [
        name,
        {
          address: `192.0.2.${(fleet.stack === "prod" ? 100 : 200) + index}`,
          hostKey: fleet.environment === "prod" ? hostKeys.prod : hostKeys.stage,
        } as PublishedNode,
      ]),
    );
    return joined("berth", fleet, published).machines;
  });
  return { fleets, machines, undeployed: [], undeclared: [], unread: [], interrupted: [] };
}

/** The jobs of the project on stage and in production. */
export function jobsOfBoth(): readonly Job[] {
  const { stage, prod: production } = twoStacks();
  return jobsOf(surveyed([production, stage]), "berth");
}

const stateRecipients = [
  "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
  "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg",
];

/** Where the stack files of the fleet are. */
export const fleetRepository = "git@github.com:countable-web/berth.git";

/** The same with the fleet's own jobs, of an agency that has a Sentry; `state`: and that copies Berth's state. */
export function jobsOfFleet({ state = false } = {}): readonly Job[] {
  const stacks = twoStacks();
  for (const { config } of Object.values(stacks)) {
    const sentry = { organization: "acme", team: "berth", channel: "#alerts" };
    put(config, ["agency", "sentry"], sentry);
    put(config, ["agency", "jenkins"], { repository: fleetRepository });
    if (state) put(config, ["agency", "backups"], { state: { recipients: stateRecipients } });
  }
  return jobsOf(surveyed([stacks.prod, stacks.stage]), "berth");
}
