import type { z } from "zod";

import { agency } from "./agency";
import { backupSettings } from "./backups";
import { secrets } from "./delivery";
import { environments } from "./environment";
import { slugPattern } from "./formats";
import { domain } from "./fields";
import { choice, group, list, map } from "./hints";
import { node } from "./node";
import { hostedProject, project } from "./project";
import { team } from "./team";
import { waivers } from "./waiver";

const environment = choice("The environment a host stack serves.", environments, {
  what: "an environment",
  fix: "choose the environment this host stack serves",
}).optional();

const shared = {
  agency,
  team,
  environment,
  nodes: map(
    "Machines that need more than the defaults.",
    "a map of nodes",
    node,
    slugPattern,
  ).optional(),
  backups: backupSettings.optional(),
  waivers: waivers.optional(),
  secrets: secrets.optional(),
};

/** The `berth:` keys of an environment stack (`stage`, `prod`). */
export const environmentConfig = group("Berth's keys of an environment stack.", {
  ...shared,
  projects: map("Projects by slug.", "a map of projects", project, slugPattern),
  zones: list(
    "Zones whose TLS mode this stack sets for all environments (R27); each has one such stack.",
    domain("A zone of berth:agency.zones."),
  ).optional(),
});

/** The `berth:` keys of a host stack. */
export const hostConfig = group("Berth's keys of a host stack.", {
  ...shared,
  projects: map(
    "Projects of the environment by slug.",
    "a map of projects",
    hostedProject,
    slugPattern,
  ),
});

export type EnvironmentConfig = z.infer<typeof environmentConfig>;
export type HostConfig = z.infer<typeof hostConfig>;
export type ProjectFacts = z.infer<typeof project>;
