import {
  readOutputs,
  UnreadableOutputs,
  type StackOutputs,
} from "../../../components/outputs/schema";
import { UnreadablePreview, type Preview, type State } from "../../../engine/preview";
import { nameOf } from "../../../engine/urn";
import { textAt, textsAt, type Values } from "../../../engine/values";
import { namesType } from "./kinds";

/** Before the change or after it. */
export type When = "before" | "after";

/** A resource as it is on one side of the change, under the name it has afterwards. */
export interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly state: State;
}

/** A stack as it is on one side of the change. */
export interface Side {
  readonly resources: readonly Resource[];
  /** The component of each node, by the node's name. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** Each project's names, by slug; host stacks have none. */
  readonly names: ReadonlyMap<string, Values>;
  /** What the stack publishes. */
  readonly outputs: StackOutputs;
  /** The node a resource belongs to. */
  readonly nodeOf: (resource: { readonly urn: string }) => string | undefined;
}

/** A machine and the facts its component carries. */
export interface Node {
  readonly name: string;
  /** Its name on this side. */
  readonly called: string;
  readonly facts: Values;
  readonly projects: readonly string[];
  readonly provider: string;
  readonly region: string | undefined;
}

const nodeType = "berth:index:ProjectNode";

/** One side of a preview, resources that do not exist there left out. */
export function sideOf(preview: Preview, when: When): Side {
  const resources = preview.changes.flatMap((change): Resource[] => {
    const state = change[when];
    return state ? [{ urn: change.urn, type: change.type, name: change.name, state }] : [];
  });
  // Parents are told by the URN of their own side.
  const byUrn = new Map([
    ...resources.map((resource) => [resource.state.urn, resource] as const),
    ...resources.map((resource) => [resource.urn, resource] as const),
  ]);
  const nodes = new Map(
    resources
      .filter(({ type }) => type === nodeType)
      .map(({ name, state }) => [name, node(name, state)]),
  );
  const nodeOf = ({ urn }: { readonly urn: string }): string | undefined => {
    for (let next = byUrn.get(urn); next; next = byUrn.get(next.state.parent)) {
      if (next.type === nodeType) return next.name;
    }
    return undefined;
  };
  const names = new Map(
    resources
      .filter(({ type }) => type === namesType)
      .map(({ name, state }) => [name, state.inputs]),
  );
  return { resources, nodes, names, outputs: outputsOf(preview, when), nodeOf };
}

/** What the stack publishes on one side. Throws `UnreadablePreview` for what another program does. */
export function outputsOf({ stack, outputs }: Preview, when: When): StackOutputs {
  try {
    return readOutputs(stack, outputs[when]);
  } catch (error) {
    if (!(error instanceof UnreadableOutputs)) throw error;
    throw new UnreadablePreview(`stack ${stack}`, `its outputs ${error.reason}`, error.fix);
  }
}

function node(name: string, { inputs, urn }: State): Node {
  return {
    name,
    called: nameOf(urn),
    facts: inputs,
    projects: textsAt(inputs, "projects"),
    provider: textAt(inputs, "provider") ?? "",
    region: textAt(inputs, "region"),
  };
}

/** The node that serves a project on one side. */
export function nodeOfProject(side: Side, project: string): Node | undefined {
  return [...side.nodes.values()].find(({ projects }) => projects.includes(project));
}

/** Slugs of all projects of a side, sorted. */
export function projectsOf(side: Side): readonly string[] {
  const onNodes = [...side.nodes.values()].flatMap(({ projects }) => projects);
  return [...new Set([...onNodes, ...side.names.keys()])].sort();
}
