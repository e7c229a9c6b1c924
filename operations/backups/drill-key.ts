import type { Context } from "../ground/context";
import { Refusal } from "../ground/usage";
import { readDrillKey, type DrillKey } from "./evidence";
import { projectsOf, type BackedUp } from "./projects";

/** The key that drills here sign their records with (`BERTH_DRILL_KEY`). Throws a `Refusal` where there is none. */
export function drillKeyOf(env: NodeJS.ProcessEnv): DrillKey {
  const file = env["BERTH_DRILL_KEY"];
  if (file !== undefined && file !== "") return readDrillKey(file);
  throw new Refusal(
    "BERTH_DRILL_KEY names no file: the drill's key; make one: openssl genpkey -algorithm ed25519 -out FILE",
  );
}

/** Throws a `Refusal` where a project's stack file does not name the key: its records would prove nothing. */
export function mustBeDeclared(
  key: DrillKey,
  environment: string,
  projects: readonly Pick<BackedUp, "place">[],
): void {
  if (projects.every(({ place }) => place.drillKeys.includes(key.public))) return;
  throw new Refusal(
    `the drill's key is not declared, so nobody would believe its records; add to Pulumi.${environment}.yaml, under berth:backups, drillKeys: ["${key.public}"]`,
  );
}

/**
 * What is asked before an archive is made that a drill is to prove from here: without a believed key every try would
 * leave one more archive behind and prove none. Throws a `Refusal`.
 */
export function mustBeAbleToDrill(context: Context, environment: string, slug: string): void {
  const { backedUp } = projectsOf(context, environment, slug);
  mustBeDeclared(drillKeyOf(context.env), environment, backedUp);
}
