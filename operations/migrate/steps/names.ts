import { Refusal } from "../../ground/usage";
import { besidesNames } from "../name-changes";
import { resolversOf, waitForRecords } from "../resolvers";
import type { Move } from "../move";
import { isWritten, writeServing } from "../stack-file";
import type { Step } from "../step";

/**
 * The project's names lead to the new machine: by an update that holds what follows from that line alone. Whoever finds
 * the line written already looks for what is none of its consequences.
 */
export const names: Step = {
  name: "names",
  does: "writes servedBy into the stack file and updates the environment, after a preview that holds nothing but what follows from that",
  async precondition(move) {
    if (!isWritten(move)) await refuseWhatIsDue(move);
  },
  async act(move) {
    const { world, environment, slug, to, commits, project, context } = move;
    // Another clone may have deployed it: this one's file says so as well then.
    await writeServing(move);
    if ((await world.servedBy(environment, slug)) !== to) {
      if (commits) {
        throw new Refusal(
          `${slug}: the change is not deployed yet. ${meanwhile(move)} Once it is, run the same command again`,
        );
      }
      const besides = besidesNames(await world.preview(environment), slug, project.node);
      if (besides.length > 0) {
        throw new Refusal(
          [
            `pulumi up --stack ${environment} would do more than lead the names of ${slug} elsewhere:`,
            ...besides.map((each) => `  - ${each}`),
            `${meanwhile(move)} Deploy what else is due by itself, or take it out, then run the same command again.`,
          ].join("\n"),
        );
      }
      await world.up(environment);
    }
    if (project.dns !== "external") return {};
    const { names: own, furtherNames } = project;
    const visited = [own.primary, ...furtherNames.map(({ name }) => name)];
    await waitForRecords(move, visited, resolversOf(context.env));
    return { records: visited };
  },
  async check({ world, environment, slug, to, target }) {
    const led = await world.servedBy(environment, slug);
    if (led !== to) {
      throw new Refusal(
        `the names of ${slug} are led to ${led ?? "nobody"} by ${environment}, not to ${to}`,
      );
    }
    return [`the names of ${slug} lead to ${target.address}`];
  },
};

/** How visitors fare whose names still lead to the machine that does not serve any more. */
function meanwhile({ keeper }: Move): string {
  return keeper.journal.way === "takeover"
    ? "Names lead to the machine that was lost meanwhile."
    : "Visitors reach the new machine through the old one meanwhile.";
}

/** Refuses while the environment has anything else to update: it would come with the switch, unlooked at. */
export async function refuseWhatIsDue({ world, environment, slug }: Move): Promise<void> {
  const due = besidesNames(await world.preview(environment), slug);
  if (due.length === 0) return;
  throw new Refusal(
    [
      `pulumi up --stack ${environment} has other things to do, which would come with the switch of ${slug}:`,
      ...due.map((each) => `  - ${each}`),
      "Deploy them first, or take them out of the stack file, then run the same command again.",
    ].join("\n"),
  );
}
