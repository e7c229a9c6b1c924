import type * as pulumi from "@pulumi/pulumi";

import { cloudMachines } from "../clouds";
import type { Clock } from "../clock";
import type { History } from "../outputs/history";
import { environmentHistory } from "../outputs/published";
import type { ResolvedFleet } from "../placement/resolved";
import type { Cloud } from "../fleet/fleet";
import type { FileOf } from "../fleet/problem";
import { checkDropped } from "./dropped";
import { letGo } from "./let-go";

/** What it takes to know what of a fleet stands in this run. */
export interface Standing {
  /** What this stack's last run published. */
  readonly history: History;
  readonly aws: pulumi.ProviderResource | undefined;
  readonly now: Clock;
  /** A stack's full name in the backend. */
  readonly fullName: (stack: string) => string;
  /** The variables that providers are configured by. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly fileOf: FileOf | undefined;
}

/**
 * The fleet with the machines that stand in this run, and what the environment's last run published.
 * Throws a `ConfigError` for what is dropped without a word, and for what may not go yet.
 */
export async function standing(
  declared: ResolvedFleet,
  { history, aws, now, fullName, variables, fileOf }: Standing,
): Promise<{ readonly fleet: ResolvedFleet; readonly environment: History }> {
  checkDropped(declared, history, fileOf);
  const environment = await environmentHistory(declared, history, fullName);
  const lookUpAt = (cloud: Cloud) => cloudMachines[cloud].evidence({ aws, variables });
  const by = { history, environment, lookUpAt, now: now(), fileOf };
  return { fleet: await letGo(declared, by), environment };
}
