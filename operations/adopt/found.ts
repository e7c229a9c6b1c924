import type { Cloud } from "../../components/fleet/fleet";

/** A machine as its cloud, or a state of Terraform's, tells it. Nothing of it is judged yet. */
export interface FoundMachine {
  readonly provider: Cloud;
  /** As a stack file writes it: with the zone in front at Scaleway. */
  readonly id: string;
  /** What it is called there. */
  readonly name: string;
  /** Region, or zone at Scaleway. */
  readonly region: string;
  readonly size: string;
  /** Its public IPv4 address; absent where it has none. */
  readonly address?: string;
  /** The AWS account it is in. */
  readonly account?: string;
}

/** A record of a zone, in Cloudflare's words. */
export interface FoundRecord {
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

/** A bucket that archives go to. */
export interface FoundBucket {
  readonly name: string;
  readonly region: string;
  /** Absent: nobody was asked. */
  readonly versioned?: boolean;
}

/** A host of Ansible's inventory. */
export interface FoundHost {
  readonly name: string;
  /** An IPv4 address, or a name that leads to one. */
  readonly target: string;
  /** The account it is entered by, where the inventory says one. */
  readonly login?: string;
  readonly port?: string;
}

/** A resource of Terraform's, as far as anything here needs it. */
export interface FoundResource {
  /** What `terraform state` calls it. */
  readonly address: string;
  readonly machine?: FoundMachine;
  readonly record?: FoundRecord;
  readonly bucket?: FoundBucket;
  /** Whether one of its values is, or lists, this text. */
  readonly mentions: (text: string) => boolean;
}

/** All that was read, before anybody put it together. */
export interface Found {
  readonly machines: readonly FoundMachine[];
  readonly records: readonly FoundRecord[];
  readonly buckets: readonly FoundBucket[];
  readonly hosts: readonly FoundHost[];
  readonly resources: readonly FoundResource[];
  /** Host keys by address, from the person's own list of those that were trusted before. */
  readonly hostKeys: ReadonlyMap<string, string>;
  /** What could not be read or taken, a sentence each. */
  readonly troubles: readonly string[];
}
