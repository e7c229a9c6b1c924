import { invoke } from "@pulumi/pulumi/runtime";

import { mapping } from "../fleet/mapping";

/** A resource of this stack as its state has it. */
interface OwnResource {
  readonly type: string;
  /** Logical name: the last part of the URN. */
  readonly name: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * What this stack's state holds: that much exists and is its own. Read from the state and not from
 * the stack's outputs, which an update that failed leaves as they were, and which name projects
 * whose records were never made.
 */
export class OwnState {
  constructor(private readonly resources: readonly OwnResource[]) {}

  /** Outputs of every resource of a type. */
  all(type: string): readonly Readonly<Record<string, unknown>>[] {
    return this.resources.filter((each) => each.type === type).map(({ outputs }) => outputs);
  }

  /** Outputs of every resource of a type, by logical name. */
  byName(type: string): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
    const found = this.resources.filter((each) => each.type === type);
    return new Map(found.map(({ name, outputs }) => [name, outputs]));
  }

  /** Outputs of the resource of that type that bears one of the names, the first name first. */
  find(
    type: string,
    ...names: readonly (string | undefined)[]
  ): Readonly<Record<string, unknown>> | undefined {
    return names
      .filter((name) => name !== undefined)
      .map((name) => this.resources.find((each) => each.type === type && each.name === name))
      .find((found) => found !== undefined)?.outputs;
  }
}

/**
 * This stack's state, by the stack's full name. `outputs` are those of its last run; `saved` says that
 * the state is saved while this run goes on.
 *
 * Undefined where there may be none: engine 3.259 does not survive the question about a stack that
 * was never saved, and a preview of one whose outputs are empty can be of such a stack. An update has
 * saved at least the stack itself before the program asks.
 */
export async function ownState(
  stack: string,
  outputs: unknown,
  saved: boolean,
): Promise<OwnState | undefined> {
  if (!saved && Object.keys(mapping(outputs)).length === 0) return undefined;
  const answer: unknown = await invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName: stack,
  });
  return ownStateOf(mapping(answer)["outputs"]);
}

/** Reads the engine's answer: by URN, type and outputs. */
export function ownStateOf(answer: unknown): OwnState {
  return new OwnState(
    Object.entries(mapping(answer)).map(([urn, resource]) => ({
      type: String(mapping(resource)["type"]),
      name: urn.split("::").slice(3).join("::"),
      outputs: mapping(mapping(resource)["outputs"]),
    })),
  );
}
