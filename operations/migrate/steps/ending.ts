import { dayLength } from "../../../components/fleet/formats";
import { Refusal } from "../../ground/usage";
import { anything, aside } from "../answers";
import { ask } from "../machines";
import { writeServing } from "../stack-file";
import type { Step } from "../step";

/** What Cloudflare kept of the old machine's answers goes. */
export const purge: Step = {
  name: "purge",
  does: "empties the edge's cache of the project's names",
  async act({ project, world }) {
    if (project.dns === "external") return { names: [] };
    const { names, furtherNames } = project;
    const visited = [names.primary, ...furtherNames.map(({ name }) => name)];
    await world.purge(visited);
    return { names: visited };
  },
  check({ project }) {
    return Promise.resolve(
      project.dns === "external" ? [] : [`the edge keeps nothing of ${project.names.primary}`],
    );
  },
};

/** Minutes for which the old databases follow: what is lost with a new machine that dies is bounded. */
export const standbyMinutes = 60;

/** The old project's containers go, and its data stays (R72). */
export const down: Step = {
  name: "down",
  does: `removes the old project's containers ${standbyMinutes} minutes after the switch, and none of its data (R72)`,
  canBeOwed: "away",
  precondition({ keeper, world }) {
    const at = keeper.journal.steps["forward"]?.at ?? keeper.journal.steps["promote"]?.at;
    const since = at === undefined ? NaN : world.now().getTime() - Date.parse(at);
    if (since >= standbyMinutes * 60_000) return Promise.resolve();
    const until = new Date(Date.parse(at ?? "") + standbyMinutes * 60_000);
    throw new Waits(
      `the old databases follow the new ones until ${until.toISOString().slice(0, 16)}Z; the same command takes the old containers down after that`,
    );
  },
  act({ old, slug }) {
    return ask(old, ["down", slug], anything);
  },
  check({ old }) {
    return Promise.resolve([`${old.name} runs nothing of the project and keeps its data`]);
  },
};

/** A step whose time has not come: all before it is done, and that is a good end of the command. */
export class Waits extends Refusal {}

/** Days that a production machine stays after its service ended (R74). */
const graceDays = 7;

/** Nothing of what the move needed stays on either machine. */
export const end: Step = {
  name: "end",
  does: "takes away the move's account, keys, tunnel and marks on both machines, and writes down there what data stays",
  canBeOwed: "away",
  async act(move) {
    const { old, new: target, slug } = move;
    const said = await ask(target, ["end", slug], aside);
    // Another clone may have led the names: an update from this one would lead them back.
    await writeServing(move);
    await ask(old, ["end", slug], anything);
    return said;
  },
  check({ old, new: target, environment, slug, world, to }, evidence) {
    const { aside: places } = aside.parse(evidence);
    const free = new Date(world.now().getTime() + graceDays * dayLength).toISOString().slice(0, 10);
    return Promise.resolve([
      `nothing of the move is left on either machine, and the data of ${slug} is on both`,
      ...places.map(
        (place) =>
          `what stayed on ${target.name} of an earlier move lies aside there; once nobody needs it: berth ssh ${target.name}, and there: sudo rm -r ${place}`,
      ),
      environment === "prod"
        ? `${old.name} may go from ${free} at the earliest, with a snapshot (R74, R75): docs/guides/let-a-machine-go.md; its proxy leads visitors on until then`
        : `${old.name} may go once nobody needs it: docs/guides/let-a-machine-go.md`,
      `migration stays in Pulumi.${environment}.yaml until then, and keeps both machines: take it out when the old one is to go, and its address out of visitorsFrom in Pulumi.${to}.yaml where that names it`,
    ]);
  },
};
