import { isObject } from "./values";

export const faultOperations = ["create", "update", "delete", "read", "invoke"] as const;
export type FaultOperation = (typeof faultOperations)[number];

export const faultKinds = ["error", "timeout", "half", "unanswered"] as const;
/**
 * `error`: the call fails and nothing happens. `timeout`: the call never answers (the engine's
 * custom time-out or Ctrl-C ends it). `half`: a create or update happens on the cloud, then fails.
 * `unanswered`: a create happens on the cloud, and the answer never comes.
 */
export type FaultKind = (typeof faultKinds)[number];

/** A fault to show on request. */
export interface Fault {
  /** Resource type (`digitalocean:index/droplet:Droplet`) or invoke token; `*` for any. */
  readonly type: string;
  /** The program's own name of the resource that it strikes; absent: any of the type. */
  readonly name?: string;
  readonly operation: FaultOperation;
  readonly kind: FaultKind;
  readonly message: string;
  /** How many calls it strikes before it is spent. */
  readonly times: number;
}

/** Faults that wait to strike. */
export class Faults {
  private waiting: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.waiting.push({ fault, left: fault.times });
  }

  clear(): void {
    this.waiting = [];
  }

  list(): (Fault & { left: number })[] {
    return this.waiting.map(({ fault, left }) => ({ ...fault, left }));
  }

  /** The fault for this call, counted as struck; undefined when none waits. */
  strike(type: string, operation: FaultOperation, name?: string): Fault | undefined {
    const hit = this.waiting.find(
      ({ fault }) =>
        fault.operation === operation &&
        (fault.type === "*" || fault.type === type) &&
        (fault.name === undefined || fault.name === name),
    );
    if (!hit) return undefined;
    hit.left -= 1;
    if (hit.left <= 0) this.waiting = this.waiting.filter((item) => item !== hit);
    return hit.fault;
  }
}

/** Reads a fault from JSON; throws an error naming the field and what it may be. */
export function parseFault(value: unknown): Fault {
  if (!isObject(value)) throw new Error("a fault is an object: {type, operation, kind}");
  const { type, name, operation, kind = "error", message, times = 1 } = value;
  if (typeof type !== "string") throw new Error("fault.type: a resource type or *");
  if (!faultOperations.includes(operation as FaultOperation)) {
    throw new Error(
      `fault.operation: one of ${faultOperations.join(", ")}, got ${String(operation)}`,
    );
  }
  if (!faultKinds.includes(kind as FaultKind)) {
    throw new Error(`fault.kind: one of ${faultKinds.join(", ")}, got ${String(kind)}`);
  }
  if (typeof times !== "number" || !Number.isInteger(times) || times < 1) {
    throw new Error(`fault.times: a whole number from 1, got ${String(times)}`);
  }
  return {
    type,
    ...(typeof name === "string" ? { name } : {}),
    operation: operation as FaultOperation,
    kind: kind as FaultKind,
    message: typeof message === "string" ? message : "500 the local cloud was asked to fail",
    times,
  };
}
