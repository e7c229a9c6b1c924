import type { Archives } from "../../../components/placement/resolved";
import { readStackFiles } from "../../../components/stack-file/stack-files";
import type { Context } from "../../ground/context";
import { readFleets } from "../../ground/reading";
import { Refusal } from "../../ground/usage";

/** Copies of Berth's own state: where they go, who opens them, and of which stacks they are. */
export interface StatePlace {
  readonly place: Archives;
  /** Public keys of age. */
  readonly recipients: readonly string[];
  /** Every stack that has a file, sorted: they read each other's outputs. */
  readonly stacks: readonly string[];
}

/** What production declares of copies of the state; undefined where it declares none. Throws as `readFleets` does. */
export function statePlace(context: Context): StatePlace | undefined {
  const { fleets } = readFleets(context, { stack: "prod" });
  const [{ state, agency } = {}] = fleets;
  if (state === undefined) return undefined;
  const { stacks, unreadable } = readStackFiles(context.directory);
  const [broken] = Object.keys(unreadable);
  if (broken !== undefined) {
    throw new Refusal(`Pulumi.${broken}.yaml cannot be read, so a copy would lack its stack`);
  }
  return {
    place: state,
    recipients: agency?.backups?.state?.recipients ?? [],
    stacks: Object.keys(stacks).sort(),
  };
}

/** As `statePlace`. Throws a `Refusal` where none is declared. */
export function declaredStatePlace(context: Context): StatePlace {
  const found = statePlace(context);
  if (found !== undefined) return found;
  throw new Refusal(
    "no copy of the state is declared; add to Pulumi.yaml, under berth:agency, backups: { state: { recipients: [two public keys of age] } }",
  );
}
