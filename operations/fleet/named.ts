import { getServers, Resolver } from "node:dns/promises";
import { BlockList, isIPv4 } from "node:net";

import { namedResolvers } from "../ground/resolvers";
import { visitorNames } from "../../components/fleet/names";
import { cloudflareNetworks } from "../../components/placement/cloudflare-networks";
import type { ResolvedProject } from "../../components/placement/resolved";

/** A name with what every resolver shall give for it. */
export interface NamedThing {
  readonly name: string;
  /** This address alone; or any of Cloudflare's edge, where the record is proxied (R23). */
  readonly leads: { readonly to: "edge" } | { readonly to: "address"; readonly address: string };
}

/** What one resolver gave for one name; no addresses: there is no such record. */
export interface Resolved {
  readonly resolver: string;
  readonly name: string;
  readonly addresses: readonly string[];
}

/** The names of a project by which its machine is reached, as the program declares them (R23, R24). Pure. */
export function namesOf(project: ResolvedProject, address: string): NamedThing[] {
  const { dns, names } = project;
  const here = { to: "address", address } as const;
  const leads = dns === "external" ? here : ({ to: "edge" } as const);
  return [
    ...visitorNames(project).map((name) => ({ name, leads })),
    ...(dns === "external" ? [] : [{ name: names.direct, leads: here }]),
  ];
}

const edge = new BlockList();
for (const network of cloudflareNetworks.ipv4) {
  const [address = "", prefix] = network.split("/");
  edge.addSubnet(address, Number(prefix), "ipv4");
}

/** What resolvers gave that is not what is declared, one sentence each. Pure. */
export function judgeNames(wanted: readonly NamedThing[], given: readonly Resolved[]): string[] {
  return wanted.flatMap(({ name, leads }) => {
    const right = (address: string) =>
      leads.to === "edge" ? isIPv4(address) && edge.check(address) : address === leads.address;
    const wrong = given.find(
      (each) => each.name === name && (each.addresses.length === 0 || !each.addresses.every(right)),
    );
    if (wrong === undefined) return [];
    const shall = leads.to === "edge" ? "Cloudflare's edge" : leads.address;
    const is = wrong.addresses.length === 0 ? "nowhere" : `to ${wrong.addresses.join(", ")}`;
    return [`${name} leads ${is}, not to ${shall}, says ${wrong.resolver}`];
  });
}

/** The resolvers that are asked where names lead: those that `BERTH_RESOLVERS` names, or this computer's own. */
export function resolversHere(env: NodeJS.ProcessEnv): readonly string[] {
  return namedResolvers(env) ?? getServers();
}

/**
 * Asks resolvers about names, side by side. Throws where no resolver answers about one of them, since nobody then
 * knows where it leads.
 */
export async function askAbout(
  wanted: readonly NamedThing[],
  resolvers: readonly string[],
  timeoutMs: number,
): Promise<Resolved[]> {
  const answers = await Promise.all(
    wanted.map(async ({ name }) => {
      const asked = resolvers.map((resolver) => resolve(resolver, name, timeoutMs));
      const settled = await Promise.allSettled(asked);
      const given = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
      if (given.length > 0) return given;
      const [first] = settled.flatMap((each) =>
        each.status === "rejected" ? [each.reason as Error] : [],
      );
      throw first ?? new Error("there is no resolver to ask");
    }),
  );
  return answers.flat();
}

/** What of a resolver's says that the record is not there, and not that nobody could be asked. */
const absent = ["ENOTFOUND", "ENODATA"];

/** Asks one resolver for the IPv4 addresses of a name. Throws where it gives no answer. */
async function resolve(resolver: string, name: string, timeoutMs: number): Promise<Resolved> {
  const client = new Resolver({ timeout: timeoutMs, tries: 1 });
  client.setServers([resolver]);
  try {
    return { resolver, name, addresses: (await client.resolve4(name)).toSorted() };
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (absent.includes(code)) return { resolver, name, addresses: [] };
    throw new Error(`${resolver} gives no answer about ${name}: ${code}`, { cause: error });
  }
}
