import { z } from "zod";

import { agentContainer } from "../../components/machine/jenkins-agent";
import type { MachineDeclaration } from "../../components/machine/script";
import { readFacts } from "../ground/report";
import type { DeliveredSite } from "./delivered";

/** A socket that takes what comes in from outside of the machine. */
export interface Listening {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

/** A container as Docker describes it. */
export interface Container {
  readonly name: string;
  /** Docker's identity of its image. */
  readonly image: string;
  readonly status: string;
  /** Compose's project and service; absent where Compose did not make it. */
  readonly project?: string | undefined;
  readonly service?: string | undefined;
  /** One command's own (`docker compose run`). */
  readonly oneOff: boolean;
}

/** What of a delivered site this is judged by. */
export interface SiteSeen extends Pick<DeliveredSite, "slug" | "commit" | "project"> {
  readonly delivering?: unknown;
  readonly expected?: readonly string[] | null | undefined;
  readonly waiting?: readonly string[] | null | undefined;
  readonly identities?: Readonly<Record<string, string>> | null | undefined;
}

/** What was seen inside of a machine; each is absent where it could not be looked at whole. */
export interface Inside {
  readonly listening?: readonly Listening[];
  readonly containers?: readonly Container[];
}

/** What of it is not as it shall be, what could not be judged, and what was looked at. */
export interface Judged {
  readonly differs: readonly string[];
  readonly unseen: readonly string[];
  readonly looked: readonly string[];
}

const told = z.string().max(300).nullable();
const containerSaid = z.tuple([
  z.string().max(300),
  z.string().max(100),
  z.string(),
  told,
  told,
  told,
]);

/** Reads what the script of it said. A list of which a part is missing counts as not seen. */
export function readInside(said: string): Inside {
  const facts = readFacts(said);
  const whole = <Item>(count: string, items: readonly Item[]) =>
    Number(facts.get(count)?.at(-1) ?? NaN) === items.length ? items : undefined;
  const listening = whole("listening", (facts.get("listens") ?? []).flatMap(listeningOf));
  const containers = whole("containers", (facts.get("container") ?? []).flatMap(containerOf));
  return { ...(listening && { listening }), ...(containers && { containers }) };
}

function listeningOf(line: string): Listening[] {
  const [protocol = "", address = "", port = ""] = line.split(" ");
  return /^\d{1,5}$/.test(port) ? [{ protocol, address, port: Number(port) }] : [];
}

function containerOf(line: string): Container[] {
  try {
    const [name, image, status, project, service, oneOff] = containerSaid.parse(JSON.parse(line));
    return [
      {
        ...{ name: name.replace(/^\//, ""), image, status, oneOff: oneOff === "True" },
        ...(project && { project }),
        ...(service && { service }),
      },
    ];
  } catch {
    return [];
  }
}

/** Of a machine's own system: answers to its clients of DHCP. */
const ofTheSystem = ["udp 68", "udp 546"];

/**
 * Compares what was seen with what is declared and was delivered. On a machine that Berth did not make, ports and other
 * containers are its owner's, and not judged. Pure.
 */
export function judgeInside(
  machine: Pick<MachineDeclaration, "madeByBerth" | "openings" | "deliveries" | "backups">,
  hasAgent: boolean,
  { listening, containers }: Inside,
  delivered: readonly SiteSeen[] | undefined,
): Judged {
  const [differs, unseen, looked]: [string[], string[], string[]] = [[], [], []];
  if (machine.madeByBerth) {
    if (listening === undefined) unseen.push("what listens there");
    else differs.push(...beyond(machine, listening));
    looked.push("ports");
  }
  if (containers === undefined) {
    unseen.push("its containers");
    return { differs, unseen, looked };
  }
  if (machine.deliveries.length > 0 && delivered === undefined) unseen.push("what it delivers");
  const sites = (delivered ?? []).filter(({ slug }) =>
    machine.deliveries.some((each) => each.slug === slug),
  );
  if (machine.madeByBerth) {
    const agent = hasAgent ? [agentContainer] : [];
    differs.push(...strangers(machine, containers, sites, agent));
    looked.push("containers");
  }
  for (const site of sites) {
    const images = judgeImages(site, containers);
    if (images === undefined) continue;
    if (typeof images === "string") unseen.push(images);
    else differs.push(...images);
  }
  if (machine.deliveries.length > 0) looked.push("images");
  return { differs, unseen, looked };
}

function beyond(
  { openings }: Pick<MachineDeclaration, "openings">,
  listening: readonly Listening[],
): string[] {
  const declared = openings.map(({ protocol, port }) => `${protocol} ${port}`);
  return listening
    .filter(({ protocol, port }) => ![...declared, ...ofTheSystem].includes(`${protocol} ${port}`))
    .map(
      ({ protocol, address, port }) =>
        `${protocol} ${address}:${port} listens and is not declared; on the machine: sudo ss -lntup`,
    );
}

function strangers(
  { deliveries, backups }: Pick<MachineDeclaration, "deliveries" | "backups">,
  containers: readonly Container[],
  sites: readonly SiteSeen[],
  agent: readonly string[],
): string[] {
  const own = [
    ...agent,
    "berth-proxy",
    ...backups.map(({ slug }) => `berth-backup-${slug}`),
    ...deliveries.flatMap(({ slug }) => [`berth-files-${slug}`, `berth-receive-${slug}`]),
  ];
  return containers.flatMap(({ name, status, project, service, oneOff }) => {
    if (own.includes(name)) return [];
    const site = sites.find((each) => each.project && each.project === project);
    if (site === undefined)
      return [`container ${name} (${status}) is of no project that is delivered here`];
    // While a version takes the place of another both have containers.
    if (oneOff || site.delivering || !site.expected) return [];
    const known = [
      ...site.expected,
      ...(site.waiting ?? []),
      ...Object.keys(site.identities ?? {}),
    ];
    if (known.includes(service ?? "")) return [];
    return [`container ${name} (${status}) is of no service of ${site.slug} as it was delivered`];
  });
}

/** Services whose containers have another image than was delivered; words for why nobody knows; undefined: none was delivered. */
function judgeImages(
  { slug, commit, project, delivering, identities }: SiteSeen,
  containers: readonly Container[],
): string[] | string | undefined {
  if (!commit) return undefined;
  if (delivering) return `the images of ${slug}, which is being delivered`;
  if (!identities || !project) {
    return `the images of ${slug}: which it was delivered with is written down by its next delivery`;
  }
  const others = containers.filter(
    (each) => each.project === project && !each.oneOff && each.service !== undefined,
  );
  const amiss = others.filter(({ service = "", image }) => {
    return Object.hasOwn(identities, service) && identities[service] !== image;
  });
  return [...new Set(amiss.map(({ service }) => service))].map(
    (service) => `${slug}: ${service} runs another image than was delivered; berth deploy ${slug}`,
  );
}
