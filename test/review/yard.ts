import { ScratchCloud } from "../../local/cloud/scratch";
import { reviewOf, type StackReview } from "../../operations/review/model";
import { readPreview } from "../../operations/review/read-preview";
import { verdictsAgree, type Seen } from "./agreement";
import { startingFleet, startingStage } from "./starting-fleet";
import { look } from "./world";

type Config = Record<string, unknown>;

/** A machine made by hand, to be adopted. */
const legacy = {
  provider: "digitalocean",
  id: "3141592",
  name: "legacy",
  region: "nyc3",
  size: "s-2vcpu-4gb",
} as const;

/** A stage on a local cloud, to which one change after the other is reviewed and carried out. */
export class Yard {
  cloud!: ScratchCloud;
  config: Config = startingStage();
  seen!: Seen;

  async start(): Promise<void> {
    this.cloud = await ScratchCloud.start(startingFleet(this.config), { machines: [legacy] });
    this.cloud.env["PULUMI_ENABLE_STREAMING_JSON_PREVIEW"] = "true";
    for (const stack of ["stage-b", "stage", "prod"]) await this.cloud.up(stack);
  }

  readonly projects = (): Record<string, Config> =>
    this.config["projects"] as Record<string, Config>;

  async preview(stack: string): Promise<StackReview> {
    const args = ["preview", "--json", "--diff", "--ignore-protect", "--stack", stack];
    const { stdout } = await this.cloud.pulumi(...args, "--policy-pack", "policies/pack");
    return reviewOf(readPreview(stdout, stack), { approved: [], today: "2026-11-21" });
  }

  /** Reviews a changed stage, then carries the change out. */
  readonly change = async (edit: (config: Config) => void): Promise<void> => {
    const before = await look(this.cloud, "stage");
    this.config = structuredClone(this.config);
    edit(this.config);
    this.cloud.stack("stage", this.config);
    const said = await this.preview("stage");
    await this.cloud.up("stage");
    this.seen = { said, before, after: await look(this.cloud, "stage") };
    verdictsAgree(this.seen);
  };

  readonly interruption = (node: string) =>
    this.seen.said.interruptions.find((found) => found.node === node);

  readonly line = (slug: string): string =>
    this.seen.said.projects
      .filter((found) => found.project === slug)
      .map(({ text }) => text)
      .join("; ");
}
