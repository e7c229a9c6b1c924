import { cloudFacts } from "../../components/clouds/facts";
import { addressFault, loginPattern } from "../../components/fleet/formats";
import type { Environment } from "../../components/fleet/fleet";
import { bucketsOf, type BucketStanza } from "./buckets";
import type { Declared } from "./declared";
import { forgetting } from "./forget";
import type { Found, FoundHost, FoundMachine } from "./found";
import { domainOf, otherNames, siteNames, type Site } from "./names";
import { repeated, slugFrom } from "./slug";

/** A line of a stanza: what is known, or what a person has to fill in. */
export type Line =
  | { readonly key: string; readonly value: string | boolean }
  | { readonly key: string; readonly fill: string };

/** A project with the machine that it lives on, as a stack file may have them. */
export interface Stanza {
  readonly slug: string;
  /** What is to be known of it, a sentence each. */
  readonly notes: readonly string[];
  /** Why nobody can declare it as it stands; it is a comment then. */
  readonly closed: readonly string[];
  readonly project: readonly Line[];
  /** `adopt` for a machine of an account's, `server` for one that no account that was read has. */
  readonly kind: "adopt" | "server";
  readonly machine: readonly Line[];
  /** What other tools have to forget before anything of it is changed, a sentence each. */
  readonly forget: readonly string[];
}

/** What a scan comes to. */
export interface Proposal {
  readonly stanzas: readonly Stanza[];
  readonly buckets: readonly BucketStanza[];
  /** What is there and cannot be declared, or is declared already, a sentence each. */
  readonly leftOut: readonly string[];
}

/** What a scan is put together by. */
export interface Scan {
  readonly found: Found;
  readonly declared: Declared;
  readonly environment: Environment;
  /** `berth:agency.awsAccount`. */
  readonly awsAccount: string;
  /** `berth:agency.domains`. */
  readonly agencyDomains: readonly string[];
}

/** Puts together what was found. Pure, and guesses nothing: what no source tells is to be filled in. */
export function propose(scan: Scan): Proposal {
  const { found, declared } = scan;
  const leftOut: string[] = [];
  const sites = siteNames(found.records, scan.agencyDomains);
  const machines = found.machines.flatMap((machine) => {
    const why = unfit(machine, scan);
    if (why !== undefined) leftOut.push(`${titleOf(machine)}: ${why}`);
    return why === undefined ? [{ ...machine, address: machine.address! }] : [];
  });
  const hosts = found.hosts.flatMap((host): (FoundHost & { readonly address: string })[] => {
    const address = addressOf(host, scan);
    if (address !== undefined) return [{ ...host, address }];
    leftOut.push(
      `host ${host.name} of the inventory: ${host.target} is no IPv4 address, and no record that was read leads from it to one`,
    );
    return [];
  });
  const of = (address: string) => hosts.filter((host) => host.address === address);
  const drafts = machines.map((machine) =>
    stanzaOf(
      {
        ...{ kind: "adopt", title: titleOf(machine), name: machine.name, address: machine.address },
        known: [
          { key: "provider", value: machine.provider },
          { key: "id", value: machine.id },
          { key: "region", value: machine.region },
          { key: "size", value: machine.size },
        ],
        machine,
        canadian: cloudFacts[machine.provider].canadian.includes(machine.region),
        closed: [],
      },
      of(machine.address),
      sites,
      scan,
    ),
  );
  const alone = hosts.filter(
    ({ address }) => !found.machines.some((machine) => machine.address === address),
  );
  for (const address of new Set(alone.map((host) => host.address))) {
    const [host] = of(address);
    const where = declared.addresses.get(address);
    if (where !== undefined) {
      leftOut.push(`host ${host!.name} of the inventory: is declared already, as ${where}`);
      continue;
    }
    drafts.push(
      stanzaOf(
        {
          ...{ kind: "server", title: `host ${host!.name} of the inventory`, name: host!.name },
          ...{ address, known: [{ key: "address", value: address }], canadian: false },
          closed: [
            "it is in no account that was read; declare it so where it is the client's own machine (R1), and read its account with --from otherwise",
          ],
        },
        of(address),
        sites,
        scan,
      ),
    );
  }
  const twice = repeated(drafts.map(({ slug }) => slug));
  const stanzas = drafts.map((stanza) =>
    twice.has(stanza.slug)
      ? { ...stanza, closed: [...stanza.closed, `two machines would be ${stanza.slug}: choose`] }
      : stanza,
  );
  const buckets = bucketsOf(found, declared);
  const addresses = new Set([...found.machines, ...hosts].map(({ address }) => address));
  leftOut.push(...buckets.leftOut, ...otherNames(sites, addresses, declared));
  return { stanzas, buckets: buckets.stanzas, leftOut };
}

interface Subject {
  readonly kind: Stanza["kind"];
  readonly title: string;
  readonly name: string;
  readonly address: string;
  readonly known: readonly Line[];
  readonly machine?: FoundMachine;
  readonly canadian: boolean;
  readonly closed: readonly string[];
}

function stanzaOf(
  subject: Subject,
  hosts: readonly FoundHost[],
  sites: readonly Site[],
  { found, declared, environment }: Scan,
): Stanza {
  const { title, address, canadian } = subject;
  const slug = slugFrom(subject.name);
  const domain = domainOf(sites, address, declared);
  const ports = hosts.flatMap(({ port }) => (port === undefined || port === "22" ? [] : [port]));
  const taken = slug === undefined ? undefined : declared.names.get(slug);
  const closed = [
    ...subject.closed,
    ...(slug === undefined ? ["its name makes no slug: choose one"] : []),
    ...(taken === undefined ? [] : [`${slug} is declared already, in ${taken}: choose another`]),
    ...ports.map((port) => `Ansible enters it at port ${port}, and Berth at 22 alone`),
    ...("why" in domain ? [domain.why] : []),
  ];
  const logins = new Set(hosts.flatMap(({ login }) => login ?? []));
  const [login] = logins;
  const hostKey = found.hostKeys.get(address);
  const key = hostKey === undefined ? hostKeyFill(address) : { value: hostKey };
  return {
    slug: slug ?? "the-slug",
    notes: [
      `${title}, at ${address}`,
      ...("notes" in domain ? domain.notes : []),
      ...(hostKey === undefined ? [] : ["compare its host key with what its owner says"]),
      ...(canadian
        ? ["it is in Canada: residency: canada, where its data must stay there (R3)"]
        : []),
    ],
    closed,
    project: [
      "domain" in domain
        ? { key: "domain", value: domain.domain }
        : { key: "domain", fill: "the name that visitors use" },
      ...("domain" in domain && domain.www ? [{ key: "www", value: true }] : []),
      { key: "access", fill: "a list of who may log in: groups and members of berth:team" },
      ...(environment === "prod"
        ? [{ key: "backup", fill: "{ database: … }: postgres, postgis, mongodb or none (R29)" }]
        : []),
    ],
    kind: subject.kind,
    machine: [
      ...subject.known,
      login !== undefined && logins.size === 1 && loginPattern.test(login)
        ? { key: "login", value: login }
        : { key: "login", fill: "the account that a deployer's key enters by" },
      { key: "hostKey", ...key },
    ],
    forget: forgetting(
      found.resources,
      subject.machine,
      "names" in domain ? domain.names : [],
      hosts,
    ),
  };
}

function hostKeyFill(address: string): { readonly fill: string } {
  return {
    fill: `what \`ssh-keyscan -t ed25519 ${address}\` prints behind the address, compared with what its owner says`,
  };
}

/** Why a machine cannot be declared at all; undefined where it can. */
function unfit(machine: FoundMachine, { declared, awsAccount }: Scan): string | undefined {
  const { provider, id, region, size, address, account } = machine;
  const where = declared.ids.get(id) ?? (address && declared.addresses.get(address));
  if (where) return `is declared already, as ${where}`;
  const facts = cloudFacts[provider];
  if (!facts.id.pattern.test(id) || !facts.region.pattern.test(region)) {
    return `its id or its region is of no form that ${facts.label} has`;
  }
  if (!/^[A-Za-z][A-Za-z0-9._-]*$/.test(size)) return `its size is not told`;
  if (account !== undefined && account !== "" && account !== awsAccount) {
    return `is in the AWS account ${account}, and berth:agency.awsAccount is another (R33)`;
  }
  if (address === undefined) {
    return "has no public IPv4 address, and machines are reached by IPv4 alone";
  }
  const fault = addressFault(address);
  return fault === undefined ? undefined : `its address ${fault}`;
}

function titleOf({ provider, id, name }: FoundMachine): string {
  return name === id ? `${provider} ${id}` : `${provider} ${id}, called ${JSON.stringify(name)}`;
}

function addressOf({ target }: FoundHost, { found }: Scan): string | undefined {
  if (addressFault(target) === undefined) return target;
  const led = found.records.filter(({ name, type }) => type === "A" && name === target);
  return led.length === 1 && addressFault(led[0]!.content) === undefined
    ? led[0]!.content
    : undefined;
}
