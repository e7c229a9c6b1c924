import { servedBy } from "../../components/fleet/serving";
import { survey, type Machine } from "../fleet/fleet";
import type { Context } from "../ground/context";

/** The machine that serves a project on stage; undefined where none does. */
export async function onStage(context: Context, slug: string): Promise<Machine | undefined> {
  const { fleets, machines } = await survey(context, { environment: "stage" });
  const fleet = fleets.find(({ stack }) => stack === "stage");
  const project = fleet?.projects.find((each) => each.slug === slug);
  if (fleet === undefined || project === undefined) return undefined;
  const stack = servedBy(fleet, project);
  return machines.find((each) => each.stack === stack && each.node.projects.includes(slug));
}
