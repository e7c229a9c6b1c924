import { clouds, type Cloud } from "../fleet/fleet";
import { aws } from "./aws/facts";
import { digitalocean } from "./digitalocean/facts";
import type { CloudFacts } from "./describe";
import { scaleway } from "./scaleway/facts";

/** What is known of each cloud without asking it. A cloud without facts does not compile. */
export const cloudFacts: Readonly<Record<Cloud, CloudFacts>> = { digitalocean, scaleway, aws };

/** The cloud of that name, undefined for what is none. */
export function cloudNamed(name: unknown): Cloud | undefined {
  return clouds.find((cloud) => cloud === name);
}

/** The cloud whose machine a resource of this type is, by the engine's type token. */
export const cloudOfMachine: Readonly<Record<string, Cloud>> = Object.fromEntries(
  clouds.flatMap((cloud) => cloudFacts[cloud].machine.types.map((type) => [type, cloud])),
);
