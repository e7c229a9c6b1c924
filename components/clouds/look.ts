import type { ProviderResource } from "@pulumi/pulumi";

import type { Problem } from "../fleet/problem";

/** What a provider says of a machine and of a snapshot, just before the machine may go. */
export interface Evidence {
  /** The machine's state: `off`, `gone` when the provider knows no such machine, or its own word. */
  readonly machine: string;
  /** Absent: there is no such snapshot in this account. */
  readonly snapshot?: {
    /** When it was begun. */
    readonly takenAt: Date | undefined;
    /** Undefined: complete; otherwise the provider's word for its state. */
    readonly unfinished?: string;
    /** Whether it is of the disk that the machine runs from. */
    readonly ofThisDisk: boolean;
  };
}

/** A machine to look up, as the last run published it. */
export interface Subject {
  readonly id: string;
  /** Region, or zone at Scaleway. */
  readonly region: string;
}

/** Asks a provider; throws what it refuses to answer. */
export type LookUp = (machine: Subject, snapshot: string) => Promise<Evidence>;

/** What the clouds are asked with. */
export interface Access {
  /** The provider bound to the agency's AWS account; absent where nothing of this stack is at AWS. */
  readonly aws: ProviderResource | undefined;
  /** The variables that providers are configured by. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** A machine that Berth makes, or has made already. */
export interface Wanted {
  /** Where it is declared. */
  readonly path: string;
  /** Region, or zone at Scaleway. */
  readonly region: string;
  readonly size: string;
  /** Whether the state lacks it, so that it is going to be made. */
  readonly fresh: boolean;
  /** Whether the state holds a resource of that type which bears the machine's name and this ending. */
  readonly holds: (type: string, ending: string) => boolean;
}

/** What a machine that Berth made is found by at its provider. */
export interface Sought {
  readonly name: string;
  /** Region, or zone at Scaleway. */
  readonly region: string;
  /** The stack whose name it bears. */
  readonly stack: string;
}

/** The machines that a stack wants at one cloud. */
export interface Demand {
  readonly stack: string;
  /** Whether there is a state that says what is this stack's own. */
  readonly hasState: boolean;
  readonly machines: readonly Wanted[];
}

/** Who asks on one's behalf, and gathers what stands in the way. */
export interface Questions {
  /** The answer, undefined when there is none; without a `needed` one no update begins. */
  readonly ask: <Answer>(
    what: string,
    question: () => Promise<Answer>,
    needed?: boolean,
  ) => Promise<Answer | undefined>;
  readonly problems: Problem[];
}

/** What a cloud is asked about before anything is made or let go. */
export interface CloudLooks {
  /** The size and the place of a machine that exists. */
  readonly describe: (
    machine: Subject,
    aws: ProviderResource | undefined,
  ) => Promise<{ readonly size: string; readonly region: string | undefined }>;
  /** Ids of the machines that stand there under that name and bear that stack's; of none that is deleted. */
  readonly standing: (
    machine: Sought,
    aws: ProviderResource | undefined,
  ) => Promise<readonly string[]>;
  /** What there is to say of a machine that shall go, and of its snapshot (R75). */
  readonly evidence: (access: Access) => LookUp;
  /** Refuses machines that the account has no room for, as far as a look-up shows it. */
  readonly lookAtRoom: (
    demand: Demand,
    aws: ProviderResource | undefined,
    questions: Questions,
  ) => Promise<void>;
}

/** Refuses machines of which there would be more than an account may have. */
export function outOfRoom(
  machines: readonly Wanted[],
  { limit, held, ours }: { readonly limit: number; readonly held: number; readonly ours: number },
  what: string,
  where: string,
  { problems }: Questions,
): void {
  const needed = machines.length - Math.min(ours, machines.length);
  if (held + needed <= limit) return;
  problems.push({
    path: placesOf(machines),
    message: `needs ${needed} more ${what}, but the account has ${held} of at most ${limit}`,
    fix: `have the limit raised (${where}), or give back what is not used`,
  });
}

/** Where machines are declared. */
export function placesOf(machines: readonly Wanted[]): string {
  return machines.map(({ path }) => path).join(", ");
}
