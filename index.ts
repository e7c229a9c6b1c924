import "./components/startup";

import * as fs from "node:fs";

import * as pulumi from "@pulumi/pulumi";
import { allConfig } from "@pulumi/pulumi/runtime";

import { awsAccount } from "./components/aws-account";
import { clockOf } from "./components/clock";
import { agentAdvice, heldKeys } from "./components/bootstrap/agent";
import { deploy, type Deployment } from "./components/deployment";
import { checkHistory, historyOf } from "./components/history";
import { standing } from "./components/leaving/standing";
import { oldPrices } from "./components/old-prices";
import { differencesOf } from "./components/one-reading";
import { lookAround } from "./components/present/look";
import { ownState } from "./components/present/own-state";
import { outputsOf } from "./components/published";
import { withStandIns, type StandIns } from "./components/rehearsal-keys";
import { parseFleet } from "./components/spec/parse";
import { ConfigError } from "./components/spec/problem";
import { ownConfig, readStackFiles } from "./components/stack-files";

/** What a stack publishes. */
interface Outputs extends Deployment {
  /** Exceptions from policies that were deployed with: a state is judged by them too. */
  readonly waivers?: unknown;
  /** What policies compare resources with, for those who have the state alone. */
  readonly declared: Readonly<Record<"agency" | "backups" | "environment", unknown>>;
}

const stack = pulumi.getStack();
const project = pulumi.getProject();
const config = ownConfig(allConfig());
const fullName = (other: string) => `${pulumi.getOrganization()}/${project}/${other}`;

/** The engine waits for it; what it gives are the stack's outputs. */
export = async (): Promise<Outputs> => {
  const now = clockOf(process.env);
  const { stacks: stackFiles, unreadable, fileOf } = readStackFiles(process.cwd());
  const differences = stack in unreadable ? [] : differencesOf(stack, config, stackFiles[stack]);
  if (differences.length > 0) throw new ConfigError(differences);
  const declared = parseFleet(
    { stack, config, stackFiles, unreadable, fileOf: fileOf(stack) },
    now(),
  );
  const strays = Object.values(unreadable).flat();
  const told = strays.map(({ path, message }) => `${path}: ${message}; other stacks go on`);
  for (const text of [...told, ...oldPrices(declared, now())]) void pulumi.log.warn(text);
  const outputs = await outputsOf(fullName(stack));
  const history = historyOf(outputs);
  checkHistory(declared, history, fileOf(stack));
  const aws = awsAccount(declared);
  const known = { history, aws, now, fullName, variables: process.env, fileOf: fileOf(stack) };
  const { fleet: stands, environment } = await standing(declared, known);
  // PULUMI_SKIP_CHECKPOINTS: the engine saves an update's state at its end alone.
  const saved = !pulumi.runtime.isDryRun() && !process.env["PULUMI_SKIP_CHECKPOINTS"];
  const own = await ownState(fullName(stack), outputs, saved);
  await lookAround(stands, own, aws, fileOf(stack));

  // BERTH_REHEARSAL_KEYS: set by the local cloud alone, which holds no one's private key.
  const standIns = process.env["BERTH_REHEARSAL_KEYS"];
  const fleet = standIns
    ? withStandIns(stands, JSON.parse(fs.readFileSync(standIns, "utf8")) as StandIns)
    : stands;

  const advice = agentAdvice(await heldKeys(process.env), Object.values(fleet.team.deployers));
  if (advice !== undefined) void pulumi.log.warn(advice);

  const { agency, backups, environment: serves, waivers } = config;
  return {
    ...(await deploy({ fleet, history, environment, now, aws, own, project, fullName })),
    ...(waivers === undefined ? {} : { waivers }),
    declared: { agency, backups, environment: serves },
  };
};
