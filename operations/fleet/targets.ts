import type { Fleet } from "../../components/fleet/fleet";
import { siteName, type Site } from "./fleet";
import { Refusal, unknown } from "../ground/usage";

/**
 * The machines that words name: a node (in every stack of the scope), `stack/node`, or a project
 * (the nodes it lives on). No word names all. Throws a `Refusal` for a word that names none.
 */
export function chosenSites(sites: readonly Site[], words: readonly string[]): Site[] {
  if (words.length === 0) return [...sites];
  const chosen = words.flatMap((word) => {
    const found = sites.filter((site) => isNamed(site, word));
    if (found.length > 0) return found;
    throw new Refusal(`${unknown("deployed node or project", word, namesOf(sites))}`);
  });
  return sites.filter((site) => chosen.includes(site));
}

/** What is said where there is no machine to look at, which is never an all-clear. */
export function nothingSeen(undeployed: readonly string[]): string {
  return undeployed.length === 0
    ? "no machine was looked at: no stack file declares one"
    : `no machine was looked at: nothing is deployed yet: ${undeployed.join(", ")}; is pulumi logged in to the right backend?`;
}

/**
 * The one machine that serves a project, or that a node's name means. Throws a `Refusal` when there
 * is none, or when several environments have one and nobody said which.
 */
export function servingSite(fleets: readonly Fleet[], sites: readonly Site[], word: string): Site {
  const projects = fleets
    .filter(({ role }) => role === "environment")
    .flatMap((fleet) => fleet.projects.map((project) => ({ fleet, project })))
    .filter(({ project }) => project.slug === word);
  const serving = projects.flatMap(({ fleet, project }) => {
    const stack = project.servedBy ?? fleet.stack;
    return sites.filter((site) => site.stack === stack && site.node.projects.includes(word));
  });
  const found = serving.length > 0 ? serving : sites.filter((site) => isNamed(site, word));
  const [site, ...others] = found;
  if (site === undefined) throw new Refusal(whyNone(projects.length > 0, sites, word));
  if (others.length === 0) return site;
  const names = found.map(siteName).join(", ");
  throw new Refusal(`${word} runs in several stacks: ${names}. Say which: ${siteName(site)}`);
}

function whyNone(declared: boolean, sites: readonly Site[], word: string): string {
  if (declared) return `${word} is declared but not deployed; run pulumi up`;
  return unknown("deployed node or project", word, namesOf(sites));
}

function isNamed(site: Site, word: string): boolean {
  return word === site.node.name || word === siteName(site) || site.node.projects.includes(word);
}

function namesOf(sites: readonly Site[]): string[] {
  return [...new Set(sites.flatMap(({ node }) => [node.name, ...node.projects]))].sort();
}
