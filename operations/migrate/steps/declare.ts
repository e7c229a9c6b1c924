import { readFleets } from "../../ground/reading";
import { Refusal } from "../../ground/usage";
import { writeLine } from "../stack-file";
import type { Step } from "../step";

/** The stack file says that the project moves: deployments take both stacks, and neither machine may be retired. */
export const declare: Step = {
  name: "declare",
  does: "writes the move into the environment's stack file, so that both machines stay",
  async act(move) {
    await writeLine(move, { key: "migration", value: { to: move.to } });
    return {};
  },
  check({ context, environment, slug, to }) {
    const { fleets } = readFleets(context, { stack: environment });
    const project = fleets.flatMap(({ projects }) => projects).find((each) => each.slug === slug);
    if (project?.migration?.to !== to) {
      throw new Refusal(`Pulumi.${environment}.yaml does not say that ${slug} moves to ${to}`);
    }
    return Promise.resolve([`Pulumi.${environment}.yaml says that ${slug} moves to ${to}`]);
  },
  async undo(move) {
    await writeLine(move, { key: "migration" });
  },
};
