import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";

import type { Agency } from "../fleet/fleet";
import type { Names } from "../fleet/names";
import type { ResolvedProject } from "../placement/resolved";
import { refusal } from "../refusal";
import { formerName, siblingName, type TakenName } from "./former-record";
import { furtherFacts, furtherRecords, type ZonedName } from "./further-records";
import { recordComment, zoneRecord } from "./zone-record";

/** Seconds that resolvers keep a name of the host itself: it changes at a cut-over. */
const hostTtl = 60;
/** Seconds that resolvers keep `direct`: its target never changes. */
const aliasTtl = 300;
/** Cloudflare's "automatic", the only value for a proxied record. */
const proxiedTtl = 1;

/** Names to make, and the address they lead to. */
export interface ProjectNamesArgs {
  /** Whose names, and the zones that hold them; one whose DNS the client runs is refused. */
  readonly project: Pick<ResolvedProject, "slug" | "names" | "furtherNames" | "zone">;
  /** Holds the zones' ids. */
  readonly agency: Pick<Agency, "zones">;
  /** IPv4 address of the host that serves the project. */
  readonly address: pulumi.Input<string>;
  /** Its IPv6 address, where it has one: the primary name and the host's own get AAAA records besides. */
  readonly address6?: pulumi.Input<string> | undefined;
  /** The stack that makes the records, for their comment; absent: this one. */
  readonly stack?: string;
  /**
   * What must be done before the records lead anyone there. Not the component's own `dependsOn`: a
   * component that is left out after an error (`--continue-on-error`) cannot register its outputs,
   * and that ends the run. Absent: nothing.
   */
  readonly after?: readonly pulumi.Resource[];
  /** Names that the zone held records of before; absent: none, and a record of that name fails. */
  readonly taken?: readonly TakenName[];
}

/** The records to make, with what follows from their project. */
interface Records {
  /** Cloudflare zone id. */
  readonly zoneId: string;
  readonly names: Names;
  /** Names that visitors may use besides. */
  readonly further: readonly ZonedName[];
  readonly address: pulumi.Input<string>;
  readonly address6: pulumi.Input<string> | undefined;
  readonly stack: string;
  readonly after: readonly pulumi.Resource[];
  readonly taken: readonly TakenName[];
}

function recordsOf(args: ProjectNamesArgs): Records {
  const { project, agency, address, address6, after = [], taken = [] } = args;
  const { stack = pulumi.getStack() } = args;
  const { slug, names, furtherNames } = project;
  const idOf = (name: string, zone: string | undefined): string => {
    const id = zone === undefined ? undefined : agency.zones[zone];
    if (id !== undefined) return id;
    throw refusal(
      `${slug}: agency.zones holds no zone of ${name}; it is for whoever runs its DNS to make`,
    );
  };
  const zoneId = idOf(names.primary, project.zone);
  const further = furtherNames.map((each) => ({ ...each, zoneId: idOf(each.name, each.zone) }));
  return { zoneId, names, further, address, address6, stack, after, taken };
}

/**
 * A project's names at Cloudflare: the primary name proxied (R23), the host's own name and `direct`
 * not (R24); the first two by IPv6 as well where the host has it, and `direct` through the second.
 *
 * A changed address updates `content` in place, and a record is never made before the old one is
 * gone: Cloudflare takes a second address record of the name, with which two hosts would answer in
 * turn, and refuses a CNAME beside an address. What the zone held before is found by
 * `present/records.ts`, taken over here, and remembered.
 *
 * Throws where no zone of the agency's holds the names.
 *
 * @example
 * const [shop] = node.projects;
 * new ProjectNames("shop", { project: shop, agency, address: node.host.address, after: [node.bootstrap] });
 */
export class ProjectNames extends pulumi.ComponentResource {
  readonly primary: pulumi.Output<string>;
  readonly direct: pulumi.Output<string>;
  /** Whether visitors are led to the address: a run with `--target` may leave the records alone. */
  readonly led: pulumi.Output<boolean>;

  constructor(name: string, args: ProjectNamesArgs, opts?: pulumi.ComponentResourceOptions) {
    const records = recordsOf(args);
    const { zoneId, names, further, address, address6, stack, after, taken } = records;
    super("berth:index:ProjectNames", name, factsOf(records), opts);
    const comment = recordComment(stack);
    const formers = rememberFormer(name, taken, { parent: this });
    const options = { parent: this, dependsOn: [...after, ...formers] };
    const takenAs = (wanted: string) => taken.find((each) => each.name === wanted);
    const own = { zoneId, name: names.primary, proxied: true, ttl: proxiedTtl, comment };
    const primary = zoneRecord(
      name,
      "primary",
      { ...own, type: "A", content: address },
      options,
      takenAs(names.primary),
    );
    const beside = ipv6Record(name, "primary", { ...own, address6 }, options, records);
    const origin = originRecord(name, records, { parent: this }, formers);
    const direct = zoneRecord(
      name,
      "direct",
      {
        zoneId,
        name: names.direct,
        type: "CNAME",
        content: origin.name,
        proxied: false,
        ttl: aliasTtl,
        comment,
      },
      options,
      takenAs(names.direct),
    );
    const shared = { address, comment, taken };
    const besides = furtherRecords(name, further, primary, shared, options);
    this.primary = primary.name;
    this.direct = direct.name;
    const led = pulumi
      .all([
        address,
        primary.content,
        origin.content,
        ...besides.filter((_, index) => further[index]?.role !== "www").map((each) => each.content),
      ])
      .apply(([wanted, ...contents]) => contents.every((content) => content === wanted));
    const led6 = beside === undefined ? true : beside.content.apply(() => true);
    this.led = pulumi.all([led, led6]).apply((all) => all.every(Boolean));
    this.registerOutputs({ primary: this.primary, direct: this.direct });
  }
}

/** The host's own name: all that a host stack makes before a project is switched to it. */
export function hostRecord(
  name: string,
  args: ProjectNamesArgs,
  opts: pulumi.CustomResourceOptions,
): cloudflare.DnsRecord {
  const records = recordsOf(args);
  return originRecord(name, records, opts, rememberFormer(name, records.taken, opts));
}

function originRecord(
  name: string,
  records: Records,
  opts: pulumi.CustomResourceOptions,
  formers: readonly pulumi.Resource[],
): cloudflare.DnsRecord {
  const { zoneId, names, address, address6, stack, after, taken } = records;
  const comment = recordComment(stack);
  const own = { zoneId, name: names.origin, proxied: false, ttl: hostTtl, comment };
  const options = pulumi.mergeOptions(opts, { dependsOn: [...after, ...formers] });
  ipv6Record(name, "origin", { ...own, address6 }, options, records);
  return zoneRecord(
    name,
    "origin",
    { ...own, type: "A", content: address },
    options,
    taken.find((each) => each.name === names.origin),
  );
}

/**
 * The AAAA record beside a name's A record; undefined where the machine has no IPv6, and as long as the name
 * has records that were there before.
 */
function ipv6Record(
  project: string,
  role: "primary" | "origin",
  {
    address6,
    ...own
  }: Omit<cloudflare.DnsRecordArgs, "type" | "content"> & Pick<Records, "address6">,
  opts: pulumi.CustomResourceOptions,
  { taken }: Records,
): cloudflare.DnsRecord | undefined {
  const now = taken.find(({ name }) => name === own.name)?.now?.kind ?? "in place";
  if (address6 === undefined || now !== "in place") return undefined;
  const args = { ...own, type: "AAAA", content: address6 };
  return zoneRecord(project, siblingName(role), args, opts, undefined);
}

function factsOf({ names, further, taken, address6 }: Records): pulumi.Inputs {
  const six = address6 === undefined ? {} : { address6 };
  return { ...names, ...furtherFacts(further), ...six, ...asBefore(taken) };
}

/**
 * The records that stand as they were before, as facts of the component: policies judge every other
 * record by what its name is for.
 */
function asBefore(taken: readonly TakenName[]): pulumi.Inputs {
  const standing = taken.flatMap(({ now }) =>
    now === undefined || now.kind === "in place" ? [] : now.records,
  );
  if (standing.length === 0) return {};
  return {
    asBefore: standing.map(({ record: { name, type, content } }) => ({ name, type, content })),
  };
}

/**
 * Keeps what names held before in the state, ahead of any change to them: an update that breaks off
 * half-way leaves it there.
 */
function rememberFormer(
  project: string,
  taken: readonly TakenName[],
  opts: pulumi.CustomResourceOptions,
): readonly pulumi.Resource[] {
  return taken.map(
    ({ name, records }) =>
      new pulumi.Stash(formerName(project, name), { input: { name, records } }, opts),
  );
}
