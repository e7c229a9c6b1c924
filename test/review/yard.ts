import { expect } from "vitest";

import { automationAccount } from "../../components/machine/script";
import { ScratchCloud } from "../../rehearsal/scratch";
import type { KeyPair } from "../../rehearsal/stand-ins";
import { reviewOf, type StackReview } from "../../operations/review/model";
import { readCleaned } from "../../operations/review/read-cleaned";
import { waysElsewhere } from "./machines";
import { installOlderProgram } from "./older-program";
import { deployers, legacy, startingFleet, startingStage, type Config } from "./starting-fleet";
import { really, said, type Verdicts } from "./verdicts";
import { letsIn, type Way } from "./visiting";
import { look, underName, type World } from "./world";

/** A change as it was reviewed, and the world before and after it was carried out. */
export interface Seen {
  readonly said: Verdicts;
  readonly really: Verdicts;
  readonly review: StackReview;
  readonly before: World;
  readonly after: World;
}

/** Who is said to gain, lose or change access, and where. */
interface Named {
  readonly who: string;
  readonly where: string;
  readonly keys: readonly KeyPair[];
}

/** A stage on booted machines, to which one change after the other is reviewed and carried out. */
export class Yard {
  cloud!: ScratchCloud;
  config: Config = startingStage();
  seen!: Seen;
  /** Logins that were made to prove what a review says of people. */
  readonly logins = { accepted: 0, refused: 0 };
  private now!: World;
  private elsewhere!: Readonly<Record<string, Way>>;

  async start(): Promise<void> {
    // Declared, so that it is there with its owner's keys; not yet in the stage that is deployed.
    const known = { ...this.config, nodes: { legacy } };
    this.cloud = await ScratchCloud.start(startingFleet(known), {}, { machines: "booted" });
    this.cloud.stack("stage", this.config);
    this.cloud.env["PULUMI_ENABLE_STREAMING_JSON_PREVIEW"] = "true";
    installOlderProgram(this.cloud.project);
    await Promise.all(["stage-b", "stage", "prod"].map((stack) => this.cloud.up(stack)));
    this.elsewhere = await waysElsewhere(this.cloud);
    await this.look();
  }

  async stop(): Promise<void> {
    await (this.cloud as ScratchCloud | undefined)?.stop();
  }

  readonly projects = (): Record<string, Config> =>
    this.config["projects"] as Record<string, Config>;

  async preview(stack: string): Promise<StackReview> {
    const args = ["preview", "--json", "--diff", "--ignore-protect", "--stack", stack];
    const { stdout } = await this.cloud.pulumi(...args, "--policy-pack", "policies/pack");
    return reviewOf(readCleaned(stdout, stack), { approved: [], today: "2026-11-21" });
  }

  /**
   * Reviews a changed stage, carries the change out, and looks what became of it.
   * `renamed`: the node that has another name afterwards.
   */
  readonly change = async (
    edit: (config: Config) => void,
    renamed?: readonly [from: string, to: string],
  ): Promise<void> => {
    const [before, was] = [renamed ? underName(this.now, ...renamed) : this.now, this.config];
    this.config = structuredClone(was);
    edit(this.config);
    this.cloud.stack("stage", this.config);
    const review = await this.preview("stage");
    const named = this.named(review, [was, this.config]);
    await this.prove(named, before);
    await this.cloud.up("stage");
    const after = await this.look();
    await this.prove(named, after);
    this.seen = { said: said(review, after), really: really(before, after), review, before, after };
  };

  /** What is true of the whole cloud now. */
  async look(): Promise<World> {
    return (this.now = await look(this.cloud, this.elsewhere));
  }

  readonly line = (slug: string): string =>
    this.seen.review.projects
      .filter((found) => found.project === slug)
      .map(({ text }) => text)
      .join("; ");

  private named({ access }: StackReview, configs: readonly Config[]): Named[] {
    const people = access.filter(({ who }) => who !== "anyone" && who !== "the machine");
    return people.map(({ who, where }) => {
      const declared = new Set(configs.flatMap((config) => keysOf(config, who)));
      return { who, where, keys: [...declared].map((key) => this.cloud.keys.pairOf(key)!) };
    });
  }

  /** By logins with their keys: visitors read the files that sshd reads, and this is what it does. */
  private async prove(named: readonly Named[], { machines }: World): Promise<void> {
    const byNode = Object.entries(machines).map(async ([node, { way, doors }]) => {
      // One after the other: sshd has a limit for those that have not logged in yet.
      for (const { who, keys } of named.filter(({ where }) => where === node)) {
        const account = who in deployers ? automationAccount : who;
        const accepted: string[] = [];
        for (const key of keys) {
          const enters = await letsIn(way, account, key);
          this.logins[enters ? "accepted" : "refused"] += 1;
          if (enters) accepted.push(key.public.split(" ")[1]!);
        }
        const listed = doors.people[who] ?? doors.deployers[who] ?? [];
        expect([node, who, accepted.sort()]).toEqual([node, who, listed]);
      }
    });
    await Promise.all(byNode);
  }
}

function keysOf(config: Config, who: string): readonly string[] {
  const { members, deployers } = config["team"] as {
    readonly members: Readonly<Record<string, { readonly keys: readonly string[] }>>;
    readonly deployers: Readonly<Record<string, string>>;
  };
  const deployer = deployers[who];
  return members[who]?.keys ?? (deployer === undefined ? [] : [deployer]);
}
