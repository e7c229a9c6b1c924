import type { ScratchFleet } from "../../local/cloud/scratch";
import { agency, project } from "../engine/agency";

type Config = Record<string, unknown>;

export const stage = (domain: string, more: Config = {}) => ({ ...project(domain), ...more });
export const key = (body: string, comment: string) =>
  `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${body} ${comment}`;
export const canada = { residency: "canada" };

/** The stage that all kinds of change start from. */
export function startingStage(): Config {
  return {
    projects: {
      shop: stage("shop.example"),
      club: stage("club.example", canada),
      wiki: stage("wiki.acme.dev"),
      portal: stage("portal.acme.dev", canada),
      forum: stage("forum.club.example", canada),
      old: stage("old.acme.dev", canada),
    },
    team: {
      ...agency.team,
      deployers: {
        ...agency.team.deployers,
        cd: key("IaljChd2jvDwvUGBJpu2bIQiMXYYx9PBn7qkgwwOTHF", "cd"),
      },
    },
  };
}

/** With a host stack to move to, and a production where everything is protected. */
export function startingFleet(config: Config): ScratchFleet {
  return {
    shared: agency,
    stacks: {
      stage: config,
      "stage-b": { environment: "stage", projects: { shop: {} } },
      prod: { projects: { vault: stage("vault.acme.dev", canada) } },
    },
  };
}
