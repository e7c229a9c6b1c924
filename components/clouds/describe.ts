import type { AwsService } from "../fleet/fleet";
import type { PriceList } from "./size";

/**
 * A cloud as far as it is known without asking it and without its SDK: what placement decides by,
 * and what those who read a plan or a state make of its resources.
 */
export interface CloudFacts {
  /** Its name as people write it. */
  readonly label: string;
  /**
   * The newest Ubuntu LTS (R6), as this cloud names it. A machine keeps the image it was made from; a
   * later one is for machines made afterwards.
   */
  readonly image: string;
  /** The account that the image prepares for the first login (R13). */
  readonly login: string;
  /** The form of a machine's id. */
  readonly id: Form & {
    /** Whether it begins with the place and a slash. */
    readonly beginsWithPlace: boolean;
  };
  /** The form of a region, or of a zone where machines are bought by zone. */
  readonly region: Form;
  /** Its regions in Canada (R3). */
  readonly canadian: readonly string[];
  /** What it offers of that which a project may need besides a machine (R2). */
  readonly offers: readonly AwsService[];
  /** Sizes and what they cost, with the day of the prices. */
  readonly prices: PriceList;
  /** What the resource that is the machine says. */
  readonly machine: MachineInputs;
  /** Types of other resources that its machines are made with; nobody gains or pays by them alone. */
  readonly beside: readonly string[];
  /** The type of the firewall that its machines get. */
  readonly firewall: string;
  /** Every kind of its resources that lets traffic in, whether Berth makes it or not. */
  readonly openings: readonly OpeningInputs[];
  /** Minutes that a change of a machine takes, from and to. */
  readonly minutes: {
    readonly restart: readonly [number, number];
    readonly replacement: readonly [number, number];
  };
  readonly console: {
    readonly address: string;
    /** What a person is a member of there; undefined: it is told by the account's number. */
    readonly team: string | undefined;
  };
  /** What the names of the variables with its credentials begin with. */
  readonly credentials: readonly string[];
}

/** A form of text: the pattern, and what an error says is allowed. */
export interface Form {
  readonly pattern: RegExp;
  readonly allowed: string;
}

/** Where an input or output stands in a resource. */
export type Path = readonly string[];

/** What the resource that is the machine says, by the paths of its inputs and outputs. */
export interface MachineInputs {
  /** Its types, that which Berth makes first; others are older names of the same thing. */
  readonly types: readonly [string, ...string[]];
  readonly size: Path;
  /** Region or zone. */
  readonly place: Path;
  /** GB of the root disk. */
  readonly disk: Path;
  /**
   * The switch by which the disk grows together with the size, where it cannot grow otherwise;
   * undefined: it grows by itself.
   */
  readonly growsBy: string | undefined;
  /** Inputs whose change in place stops and starts the machine. */
  readonly restarts: readonly string[];
}

/** How a kind of resource says what it lets in, by names of its inputs. */
export interface OpeningInputs {
  readonly types: RegExp;
  /** The input that lists rules; absent: the resource is one rule. */
  readonly rules?: string;
  /** Values of the resource's inputs, each of which opens everything. */
  readonly wide?: Readonly<Record<string, string>>;
  /** Values of a rule's inputs, each of which makes it one that lets nobody in. */
  readonly shut?: Readonly<Record<string, string | boolean>>;
  /** The port: the first of these that is given; two in a list are the ends of a range. */
  readonly port: readonly (string | readonly [from: string, to: string])[];
  /** Absent: TCP. */
  readonly protocol?: string;
  /** Networks that may come. None at all: anyone may. */
  readonly networks: readonly string[];
  /** Lists of networks that are kept elsewhere. */
  readonly lists?: readonly string[];
  /** Machines of the account, told by something else than their network. */
  readonly machines?: readonly string[];
}
