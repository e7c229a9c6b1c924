import type { Context } from "../ground/context";
import { choose, drillDays } from "./choose";
import { projectsOf, recordsOf } from "./projects";
import { Store } from "./store";

/**
 * What is wrong with a project's newest archive and its newest proof, a sentence each: an archive of 26 hours, proven
 * within 8 days, has nothing wrong (R33, R34). Throws a `Refusal` for a project without a backup.
 */
export async function unproven(
  context: Context,
  environment: string,
  slug: string,
): Promise<readonly string[]> {
  const [each] = projectsOf(context, environment, slug).backedUp;
  if (each === undefined) return [`${slug} has no backup in ${environment}`];
  const store = new Store(each.place, context.env);
  const holdings = await store.holdings();
  const { failed } = choose(holdings, each.place.prefix, context.now);
  const records = await recordsOf(store, holdings);
  const last = records.findLast(
    ({ record }) => record?.project === slug && record.verdict === "proven",
  );
  const days = (context.now.getTime() - Date.parse(last?.record?.begun ?? "")) / 86_400_000;
  const proof = days <= drillDays ? [] : [`${slug}: was not proven for ${drillDays} days: drill`];
  return [...failed.map((why) => `${slug}: ${why}`), ...proof];
}
