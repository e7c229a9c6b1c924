import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";

import type { Names } from "../fleet/names";
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
  /** Cloudflare zone id. */
  readonly zoneId: string;
  readonly names: Names;
  /** Names that visitors may use besides. */
  readonly further: readonly ZonedName[];
  /** IPv4 address of the host that serves the project. */
  readonly address: pulumi.Input<string>;
  /** The stack that makes the records, for their comment. */
  readonly stack: string;
  /**
   * What must be done before the records lead anyone there. Not the component's own `dependsOn`: a
   * component that is left out after an error (`--continue-on-error`) cannot register its outputs,
   * and that ends the run.
   */
  readonly after: readonly pulumi.Resource[];
  /** Names that the zone held records of before. */
  readonly taken: readonly TakenName[];
}

/**
 * A project's names at Cloudflare: the primary name proxied (R23), the host's own name and `direct`
 * not (R24).
 *
 * A changed address updates `content` in place, and a record is never made before the old one is
 * gone: Cloudflare takes a second address record of the name, with which two hosts would answer in
 * turn, and refuses a CNAME beside an address. What the zone held before is found by
 * `present/records.ts`, taken over here, and remembered.
 */
export class ProjectNames extends pulumi.ComponentResource {
  readonly primary: pulumi.Output<string>;
  readonly direct: pulumi.Output<string>;
  /** Whether visitors are led to the address: a run with `--target` may leave the records alone. */
  readonly led: pulumi.Output<boolean>;

  constructor(name: string, args: ProjectNamesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("berth:index:ProjectNames", name, factsOf(args), opts);
    const { zoneId, names, address, after, taken } = args;
    const comment = recordComment(args.stack);
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
    const origin = originRecord(name, args, { parent: this }, formers);
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
    const further = furtherRecords(name, args.further, primary, shared, options);
    this.primary = primary.name;
    this.direct = direct.name;
    this.led = pulumi
      .all([
        address,
        primary.content,
        origin.content,
        ...further
          .filter((_, index) => args.further[index]?.role !== "www")
          .map((each) => each.content),
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
  return originRecord(name, args, opts, rememberFormer(name, args.taken, opts));
}

function originRecord(
  name: string,
  { zoneId, names, address, stack, after, taken }: ProjectNamesArgs,
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

function factsOf({ names, further, taken }: ProjectNamesArgs): pulumi.Inputs {
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
