import "./components/startup";

import * as pulumi from "@pulumi/pulumi";
import { allConfig } from "@pulumi/pulumi/runtime";

import { awsOf } from "./components/accounts";
import { agentAdvice, heldKeys } from "./components/machine/agent";
import { clientBuckets } from "./components/backups/archive-places";
import { clockOf } from "./components/clock";
import { readDeclared } from "./components/declared";
import { keepsArchives } from "./components/deployment/first-archives";
import { deploy, type Decrypted } from "./components/deployment/deploy";
import type { Published } from "./components/deployment/publish";
import { checkHistory } from "./components/outputs/check-history";
import { historyOf } from "./components/outputs/history";
import { keptOutputs } from "./components/outputs/kept-outputs";
import { guardProduction, noteResources } from "./components/leaving/guard";
import { standing } from "./components/leaving/standing";
import { lookAround } from "./components/present/look";
import { ownState } from "./components/present/own-state";
import { isReached } from "./components/node/awake";
import { outputsOf } from "./components/outputs/published";
import { asRehearsed } from "./components/rehearsal-keys";
import { webhookMark } from "./components/integrations/webhook";
import { ownConfig } from "./components/stack-file/stack-files";

const stack = pulumi.getStack();
const project = pulumi.getProject();
const config = ownConfig(allConfig());
const fullName = (other: string) => `${pulumi.getOrganization()}/${project}/${other}`;

/** The engine waits for it; what it gives are the stack's outputs. */
export = async () => {
  const before = await outputsOf(fullName(stack));
  return keptOutputs(before, () => build(before));
};

async function build(before: unknown): Promise<Published> {
  const now = clockOf(process.env);
  const declared = readDeclared(process.cwd(), { stack, config, now: now() });
  const { fileOf } = declared;
  for (const text of declared.warnings) void pulumi.log.warn(text);
  const history = historyOf(stack, before);
  checkHistory(declared.fleet, history, fileOf);
  const aws = awsOf(declared.fleet);
  const known = { history, aws, now, fullName, variables: process.env, fileOf };
  const { fleet: stands, environment } = await standing(declared.fleet, known);
  // PULUMI_SKIP_CHECKPOINTS: the engine saves an update's state at its end alone.
  const saved = !pulumi.runtime.isDryRun() && !process.env["PULUMI_SKIP_CHECKPOINTS"];
  const own = await ownState(fullName(stack), before, saved);
  const made = noteResources();
  const present = await lookAround(stands, { own, history }, aws, fileOf, now());
  const fleet = asRehearsed(stands, process.env);
  const advice = agentAdvice(await heldKeys(process.env), Object.values(fleet.team.deployers));
  if (advice !== undefined) void pulumi.log.warn(advice);

  const secrets = new pulumi.Config("berth").getSecretObject<Decrypted>("secrets");
  const sites = { secrets, answers: isReached(process.env) };

  const { agency, backups, environment: serves, waivers } = config;
  const clients = clientBuckets(fleet.projects);
  const deployed = await deploy({
    fleet,
    history,
    environment,
    now,
    aws,
    own,
    ...present,
    fullName,
    ...sites,
    webhook: webhookMark(process.env),
    archives: keepsArchives(process.env),
  });
  guardProduction(fleet, made);
  return {
    ...deployed,
    // Exceptions from policies that were deployed with: a state is judged by them too.
    ...(waivers === undefined ? {} : { waivers }),
    // What policies compare resources with, for those who have the state alone.
    declared: {
      ...{ agency, backups, environment: serves },
      ...(clients.length === 0 ? {} : { clientBuckets: clients.map(({ name }) => name) }),
    },
  };
}
