import { Refusal } from "../../ground/usage";
import { besidesNames } from "../name-changes";
import { resolversOf, waitForRecords } from "../resolvers";
import { writeServing } from "../stack-file";
import type { Step } from "../step";

/** The project's names lead to the new machine: by an update that changes nothing else. */
export const names: Step = {
  name: "names",
  does: "writes servedBy into the stack file and updates the environment, after a preview that holds this project's names alone",
  async act(move) {
    const { world, environment, slug, to, commits, project, context } = move;
    // Another clone may have deployed it: this one's file says so as well then.
    await writeServing(move);
    if ((await world.servedBy(environment, slug)) !== to) {
      if (commits) {
        throw new Refusal(
          `${slug}: visitors reach the new machine through the old one until the change is deployed; once it is, run the same command again`,
        );
      }
      const besides = besidesNames(await world.preview(environment), slug);
      if (besides.length > 0) {
        throw new Refusal(
          [
            `pulumi up --stack ${environment} would do more than lead the names of ${slug} elsewhere:`,
            ...besides.map((each) => `  - ${each}`),
            "Visitors reach the new machine through the old one meanwhile. Deploy what else is due by itself, or take it out, then run the same command again.",
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
