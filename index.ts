import * as pulumi from "@pulumi/pulumi";
import { allConfig } from "@pulumi/pulumi/runtime";

import { deploy } from "./components/deployment";
import { parseFleet } from "./components/spec/parse";
import { ownConfig, readStackFiles } from "./components/stack-files";

const stack = pulumi.getStack();

const fleet = parseFleet(
  { stack, config: ownConfig(allConfig()), stackFiles: readStackFiles(process.cwd()) },
  // BERTH_NOW: an ISO 8601 instant, for rehearsing what depends on the day.
  new Date(process.env["BERTH_NOW"] ?? Date.now()),
);

const deployment = deploy(
  fleet,
  (other) => `${pulumi.getOrganization()}/${pulumi.getProject()}/${other}`,
);

/** Machines of this stack by node name. */
export const nodes = deployment.nodes;
/** Projects of this stack by slug: where each is served and under which names. */
export const projects = deployment.projects;
/** Where each project's archives go, by slug. */
export const backups = deployment.backups;
