import type { ScratchFleet } from "../../rehearsal/scratch";
import { agency, hostKey, project } from "../engine/agency";

export type Config = Record<string, unknown>;

export const stage = (domain: string, more: Config = {}) => ({ ...project(domain), ...more });
export const key = (body: string, comment: string) =>
  `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${body} ${comment}`;
export const canada = { residency: "canada" };

export const deployers = {
  ...agency.team.deployers,
  cd: key("IaljChd2jvDwvUGBJpu2bIQiMXYYx9PBn7qkgwwOTHF", "cd"),
};

/** The stage that all kinds of change start from. */
export function startingStage(): Config {
  return {
    projects: {
      shop: stage("shop.example"),
      club: stage("club.example", canada),
      wiki: stage("wiki.acme.dev"),
      portal: stage("portal.acme.dev", canada),
      forum: stage("forum.club.example", canada),
      old: stage("old.acme.dev"),
    },
    backups: { lockDays: 30 },
    team: { ...agency.team, deployers },
  };
}

/** A machine that somebody made by hand, to be adopted. */
export const legacy = {
  adopt: {
    provider: "digitalocean",
    id: "3141592",
    region: "nyc3",
    size: "s-2vcpu-4gb",
    login: "root",
    hostKey,
  },
} as const;

/** With a host stack to move to, and a production where everything is protected. */
export function startingFleet(config: Config): ScratchFleet {
  return {
    shared: agency,
    stacks: {
      stage: config,
      "stage-b": { environment: "stage", projects: { shop: {}, old: { node: "shop" } } },
      prod: { projects: { vault: stage("vault.acme.dev", canada) } },
    },
  };
}
