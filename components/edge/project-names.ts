import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";

import type { Agency } from "../fleet/fleet";
import type { Names } from "../fleet/names";
import type { ResolvedProject } from "../placement/resolved";
import { refusal } from "../refusal";
import { formerName, type TakenName } from "./former-record";
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
  readonly stack: string;
  readonly after: readonly pulumi.Resource[];
  readonly taken: readonly TakenName[];
}

function recordsOf(args: ProjectNamesArgs): Records {
  const { project, agency, address, stack = pulumi.getStack(), after = [], taken = [] } = args;
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
  return { zoneId, names, further, address, stack, after, taken };
}

/**
 * A project's names at Cloudflare: the primary name proxied (R23), the host's own name and `direct`
 * not (R24).
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
    const { zoneId, names, further, address, stack, after, taken } = records;
    super("berth:index:ProjectNames", name, factsOf(records), opts);
    const comment = recordComment(stack);
    const formers = rememberFormer(name, taken, { parent: this });
    const options = { parent: this, dependsOn: [...after, ...formers] };
    const takenAs = (wanted: string) => taken.find((each) => each.name === wanted);
    const primary = zoneRecord(
      name,
      "primary",
      {
        zoneId,
        name: names.primary,
        type: "A",
        content: address,
        proxied: true,
        ttl: proxiedTtl,
        comment,
      },
      options,
      takenAs(names.primary),
    );
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
    this.led = pulumi
      .all([
        address,
        primary.content,
        origin.content,
        ...besides.filter((_, index) => further[index]?.role !== "www").map((each) => each.content),
      ])
      .apply(([wanted, ...contents]) => contents.every((content) => content === wanted));
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
  { zoneId, names, address, stack, after, taken }: Records,
  opts: pulumi.CustomResourceOptions,
  formers: readonly pulumi.Resource[],
): cloudflare.DnsRecord {
  return zoneRecord(
    name,
    "origin",
    {
      zoneId,
      name: names.origin,
      type: "A",
      content: address,
      proxied: false,
      ttl: hostTtl,
      comment: recordComment(stack),
    },
    pulumi.mergeOptions(opts, { dependsOn: [...after, ...formers] }),
    taken.find((each) => each.name === names.origin),
  );
}

function factsOf({ names, further, taken }: Records): pulumi.Inputs {
  return { ...names, ...furtherFacts(further), ...asBefore(taken) };
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
