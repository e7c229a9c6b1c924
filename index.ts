import "./components/startup";

import * as fs from "node:fs";

import * as pulumi from "@pulumi/pulumi";
import { allConfig } from "@pulumi/pulumi/runtime";

import { deploy } from "./components/deployment";
import { withStandIns, type StandIns } from "./components/rehearsal-keys";
import { parseFleet } from "./components/spec/parse";
import { ownConfig, readStackFiles } from "./components/stack-files";

const stack = pulumi.getStack();
const config = ownConfig(allConfig());

const declared = parseFleet(
  { stack, config, stackFiles: readStackFiles(process.cwd()) },
  // BERTH_NOW: an ISO 8601 instant, for rehearsing what depends on the day.
  new Date(process.env["BERTH_NOW"] ?? Date.now()),
);

// BERTH_REHEARSAL_KEYS: set by the local cloud alone, which holds no one's private key.
const standIns = process.env["BERTH_REHEARSAL_KEYS"];
const fleet = standIns
  ? withStandIns(declared, JSON.parse(fs.readFileSync(standIns, "utf8")) as StandIns)
  : declared;

const deployment = deploy(
  fleet,
  pulumi.getProject(),
  (other) => `${pulumi.getOrganization()}/${pulumi.getProject()}/${other}`,
);

/** Machines of this stack by node name. */
export const nodes = deployment.nodes;
/** Projects of this stack by slug: where each is served and under which names. */
export const projects = deployment.projects;
/** Where each project's archives go, by slug. */
export const backups = deployment.backups;
/** Exceptions from policies that were deployed with: a state is judged by them too. */
export const waivers = config["waivers"];
