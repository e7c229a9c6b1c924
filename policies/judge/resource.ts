import type { Value, Values } from "../../engine/values";

/** A resource as policies see it. */
export interface Resource {
  readonly urn: string;
  /** `digitalocean:index/droplet:Droplet`. */
  readonly type: string;
  /** Logical name, unique within its type and parents. */
  readonly name: string;
  /**
   * What the program asked for. Absent only when the engine never showed it: an untouched resource
   * in a run with `--target`.
   */
  readonly inputs: Values | undefined;
  /** Paths of inputs that are secret, as in `userData`; whatever lies below is secret too. */
  readonly secrets: readonly string[];
  readonly protect: boolean;
  readonly ignoreChanges: readonly string[];
  /** The component it belongs to. */
  readonly parent: Resource | undefined;
  /** URNs of the resources that each input is computed from; known once the whole stack is. */
  readonly dependencies: Readonly<Record<string, readonly string[]>>;
  /** Inputs of its provider, for what a resource leaves to it, such as AWS's region. */
  readonly provider: Values | undefined;
}

/** The nearest component of a type above a resource. */
export function above(resource: Resource, type: string): Resource | undefined {
  for (let next = resource.parent; next; next = next.parent) if (next.type === type) return next;
  return undefined;
}

/** Those of `resources` that lie below a component. */
export function below(component: Resource, resources: readonly Resource[]): readonly Resource[] {
  return resources.filter((resource) => {
    for (let next = resource.parent; next; next = next.parent) {
      if (next.urn === component.urn) return true;
    }
    return false;
  });
}

/** Whether the value at a path is secret. */
export function isSecret(resource: Resource, path: string): boolean {
  return resource.secrets.some(
    (secret) => path === secret || path.startsWith(`${secret}.`) || path.startsWith(`${secret}[`),
  );
}

/** An input; `undefined` when absent. */
export function input(resource: Resource, key: string): Value | undefined {
  return resource.inputs?.[key];
}
