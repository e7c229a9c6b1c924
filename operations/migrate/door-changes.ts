import type { Change, Preview } from "../../engine/preview";

/** What an update of a stack would do, a sentence each. */
export interface DoorChanges {
  /** All of it, components aside: what they make is judged. */
  readonly due: readonly string[];
  /** How many of it change the firewall before a node. */
  readonly doors: number;
  /** What neither does that nor follows from it: the machine is told what it lets in, by its converge. */
  readonly besides: readonly string[];
}

/**
 * Judges an update that shall let one more machine in to a node, by what each resource is called: what else a converge is
 * told cannot be seen there, so nothing may be due before the line is written.
 */
export function besidesDoor(preview: Preview, node: string): DoorChanges {
  const changes = preview.changes
    .filter(({ fate }) => fate !== "same" && fate !== "read")
    .filter((change) => change.fate === "delete" || stateOf(change)?.custom !== false);
  const isDoor = ({ name, fate }: Change) => name === `${node}-firewall` && fate === "update";
  const follows = ({ name, fate }: Change) => name === `${node}-converge` && fate === "update";
  return {
    due: changes.map(said),
    doors: changes.filter(isDoor).length,
    besides: changes.filter((each) => !isDoor(each) && !follows(each)).map(said),
  };
}

function stateOf({ after, before }: Change) {
  return after ?? before;
}

function said({ fate, type, name }: Change): string {
  return `${fate} ${type} ${name}`;
}
