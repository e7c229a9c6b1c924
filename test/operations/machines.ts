/** Machines that exist nowhere, for pure tests. */

import { machineOf } from "../../components/machine/declaration";
import type { ResolvedFleet } from "../../components/placement/resolved";
import { machineName, type Machine } from "../../operations/fleet/fleet";
import { parse, prod, publicKey } from "../stack-file/fixture";

/** The fleet of a valid prod stack, or the same as a stage stack. */
export function fleet(stack: "prod" | "stage" = "prod"): ResolvedFleet {
  return parse({ ...prod(), stack });
}

/** A machine of a stack, named as one of its nodes or otherwise. */
export function machine(name: string, stack: "prod" | "stage" = "prod"): Machine {
  const of = fleet(stack);
  const node = of.nodes.find((each) => each.name === name) ?? { ...of.nodes[0]!, name };
  return {
    stack,
    owner: "countable/berth",
    environment: stack,
    node,
    declared: machineOf("berth", of, node),
    address: "192.0.2.1",
    hostKey: publicKey(20),
    login: "berth",
  };
}

/** Names of machines. */
export function names(machines: readonly Machine[]): string[] {
  return machines.map(machineName);
}
