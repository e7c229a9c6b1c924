import * as path from "node:path";

import { jobName } from "../../components/fleet/jenkins";
import { array, quote } from "../../components/machine/quote";
import { readText } from "../../components/machine/text-file";
import type { Job } from "./job";

const parts = { test: "", tested: "", deliver: "", release: "", nightly: "", notify: "" };
for (const name of Object.keys(parts) as (keyof typeof parts)[]) {
  parts[name] = readText(path.join(__dirname, "scripts", `${name}.sh`));
}

/** What each begins with: the first problem ends it, and one that it tells begins with its job's name. */
function head(job: Job, given: Readonly<Record<string, string>>): string {
  const lines = Object.entries(given).map(([name, value]) => `${name}=${value}`);
  return [
    "#!/bin/bash",
    "set -euo pipefail",
    `fail() { printf '%s: %s\\n' ${quote(job.name)} "$1" >&2; exit 1; }`,
    ...lines,
    "",
  ].join("\n");
}

/** The variable in which Jenkins leaves how a job ended that another one waited for. */
export function resultVariable(name: string): string {
  return `TRIGGERED_BUILD_RESULT_${name.replaceAll(/[^a-zA-Z0-9]+/g, "_")}`;
}

/** What a job runs on its agent. Pure; throws for a delivery without a machine, which has nothing to run. */
export function scriptOf(job: Job): string {
  const tests = quote(resultVariable(jobName(job.slug, "test")));
  switch (job.kind) {
    case "test":
      return `${head(job, { slug: quote(job.slug) })}${parts.test}`;
    case "stage":
    case "move":
      return `${head(job, delivery(job, []))}${parts.deliver}`;
    case "prod":
      return `${head(job, { ...delivery(job, ["passed"]), tests })}${parts.tested}${parts.deliver}`;
    case "release": {
      const [from, into] = [quote(job.branch), quote(job.into)];
      return `${head(job, { from, into, tests })}${parts.tested}${parts.release}`;
    }
    case "nightly": {
      const { name, stacks } = job;
      const [sentry, state] = [job.hasSentry, job.hasState].map((has) => (has ? "yes" : ""));
      const given = { job: quote(name), stacks: array(stacks), sentry: sentry!, state: state! };
      return `${head(job, given)}${parts.nightly}`;
    }
    case "notify": {
      const places = job.told.flatMap(({ name, slug, repository }) => [name, slug, repository]);
      return `${head(job, { places: array(places) })}${parts.notify}`;
    }
    default:
      return job satisfies never;
  }
}

function delivery(
  job: Job & { readonly kind: "stage" | "prod" | "move" },
  told: readonly string[],
) {
  if (job.machine === undefined) throw new Error(`${job.name} has no machine to deliver to`);
  const { address, hostKey } = job.machine;
  const [type, key] = hostKey.trim().split(/\s+/);
  if (!type || !key) throw new Error(`the host key of ${address} is not a public key`);
  return {
    address: quote(address),
    known_host: quote(`${address} ${type} ${key}`),
    told: array(told),
  };
}
