import { Refusal } from "../../ground/usage";
import type { Step } from "../step";

/**
 * Nothing of production is frozen without a young archive that a drill proved (R33, R34): the move makes both where
 * they are missing. Stage needs none.
 */
export const backup: Step = {
  name: "backup",
  does: "has production's backup made and proven where it is older than 26 hours, its drill older than 8 days",
  async act({ environment, slug, world, context }) {
    if (environment === "stage") return { needed: false };
    const wrong = await world.unproven(environment, slug);
    if (wrong.length === 0) return { needed: false };
    for (const each of wrong) context.say(each);
    const again = "nothing is frozen without it";
    if (!(await world.backUp(environment, slug))) {
      throw new Refusal(`the backup of ${slug} did not come to a good end: ${again}`);
    }
    if (!(await world.drill(environment, slug))) {
      throw new Refusal(`the drill of ${slug} proved nothing: ${again}`);
    }
    return { needed: true };
  },
  async check({ environment, slug, world }) {
    if (environment === "stage") return [];
    const [wrong] = await world.unproven(environment, slug);
    if (wrong !== undefined) throw new Refusal(`${wrong}; nothing is frozen without it`);
    return [`${slug} has an archive younger than 26 hours, and a drill younger than 8 days`];
  },
};
