import type { Draft } from "../draft";
import type { Problem } from "../../fleet/problem";
import { checkAccess } from "./access";
import { checkAccounts } from "./accounts";
import { checkAgency } from "./agency";
import { checkBackups } from "./backups";
import { checkClientBuckets } from "./client-buckets";
import { checkCollisions } from "./collisions";
import { checkConstraints } from "./constraints";
import { checkDelivery } from "./delivery";
import { checkDomains } from "./domains";
import { checkHosting } from "./hosting";
import { checkHttpPorts } from "./http-ports";
import { checkJenkins } from "./jenkins";
import { checkJenkinsAgents } from "./jenkins-agents";
import { checkMachines } from "./machines";
import { checkMadeBy } from "./made-by";
import { checkMaintenance } from "./maintenance";
import { checkNodeNames } from "./node-names";
import { checkOpenings } from "./openings";
import { checkRenames } from "./renames";
import { checkReplaces } from "./replaces";
import { checkRetirement } from "./retirement";
import { checkSecrets } from "./secrets";
import { checkSentry } from "./sentry";
import { checkServing } from "./serving";
import { checkSizes } from "./sizes";
import { checkSlugs } from "./slugs";
import { checkTeam } from "./team";
import { checkVisitors } from "./visitors";
import { checkWaivers } from "./waivers";
import { checkZones } from "./zones";

/** A cross-check: what is wrong between fields that are well-formed by themselves. */
export type Check = (draft: Draft) => readonly Problem[];

/** Every cross-check, in the order their problems are told. */
export const checks: readonly Check[] = [
  checkAgency,
  checkTeam,
  checkSlugs,
  checkHosting,
  checkDomains,
  checkZones,
  checkCollisions,
  checkReplaces,
  checkAccess,
  checkVisitors,
  checkDelivery,
  checkJenkins,
  checkSentry,
  checkSecrets,
  checkNodeNames,
  checkRenames,
  checkMachines,
  checkMadeBy,
  checkMaintenance,
  checkJenkinsAgents,
  checkOpenings,
  checkHttpPorts,
  checkAccounts,
  checkConstraints,
  checkSizes,
  checkBackups,
  checkClientBuckets,
  checkServing,
  checkRetirement,
  checkWaivers,
];
